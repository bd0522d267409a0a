// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/domain.hpp"
#include "gpupass/virt/address_xml.hpp"
#include "gpupass/virt/card.hpp"
#include "gpupass/virt/guest_pci.hpp"
#include "gpupass/virt/hostdev.hpp"

namespace gpupass {
namespace {

using virt::Document;
using virt::Element;
using virt::PciRoot;

Result<Document> parse_domain(const std::string& text) {
  return Document::parse(text, "domain XML", "domain");
}

bool contains(const std::vector<PciAddress>& functions, const PciAddress& function) {
  return std::find(functions.begin(), functions.end(), function) != functions.end();
}

/// The cards less the functions that are there; cards of which all are there are left out.
std::vector<GuestCard> without(const std::vector<GuestCard>& cards, std::vector<PciAddress> present) {
  std::vector<GuestCard> rest;
  for (const auto& card : cards) {
    GuestCard lacking{{}, card.conventional};
    for (const auto& function : card.functions) {
      if (contains(present, function)) continue;
      lacking.functions.push_back(function);
      present.push_back(function);
    }
    if (!lacking.functions.empty()) rest.push_back(std::move(lacking));
  }
  return rest;
}

Result<void> add_spare_ports(Document& domain, std::size_t wanted, const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(auto pci, virt::guest_pci(domain));
  for (unsigned number = 1; virt::free_ports(pci).size() < wanted; ++number) {
    const auto alias = virt::spare_alias(number);
    if (pci.has_alias(alias)) continue;
    GPUPASS_TRY_ASSIGN(const auto index, virt::next_bus(pci));
    GPUPASS_TRY(virt::add_port(domain, index, alias, templates));
    const auto before = virt::free_ports(pci).size();
    GPUPASS_TRY_ASSIGN(pci, virt::guest_pci(domain));
    if (virt::free_ports(pci).size() == before) {
      return fail(ErrorKind::invalid,
                  "the template root-port.xml is not a port that takes a device while the guest runs");
    }
  }
  return {};
}

Result<PciAddress> place_in_slot(Document& domain) {
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  const auto slots = virt::free_slots(pci);
  if (!slots.empty()) return slots.front();
  return fail(ErrorKind::unsupported, "the domain's PCI bus has no free slot",
              "remove a device from it, or add <controller type='pci' model='pci-bridge'/>");
}

/// Where a card goes that is not in the domain yet.
Result<PciAddress> new_slot(Document& domain, PciRoot root, const GuestCard& card,
                            const DomainTemplates& templates) {
  if (root == PciRoot::conventional) return place_in_slot(domain);
  if (card.conventional) {
    GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
    const auto slots = virt::free_bridge_slots(pci);
    if (!slots.empty()) return slots.front();
  }
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  GPUPASS_TRY_ASSIGN(const auto index, virt::next_bus(pci));
  GPUPASS_TRY_ASSIGN(const auto port, virt::add_card_port(domain, card, index, templates));
  return port.slot;
}

/// Hostdevs that a guest sees, of the host's slot that this function is in. One whose address is of no kind
/// that a guest sees ("unassigned") is none.
Result<std::vector<virt::Hostdev>> siblings_in(Document& domain, const PciAddress& function) {
  GPUPASS_TRY_ASSIGN(auto siblings, virt::hostdevs(domain));
  std::erase_if(siblings, [&](const virt::Hostdev& other) {
    const auto* const address = other.element->FirstChildElement("address");
    return !other.function.same_slot(function) ||
           (address != nullptr && !virt::attribute_is(*address, "type", "pci"));
  });
  return siblings;
}

bool is_one_of(const std::vector<virt::Hostdev>& hostdevs, const Element* element) {
  return std::ranges::find(hostdevs, element, &virt::Hostdev::element) != hostdevs.end();
}

/// The guest's slot in which all of these siblings are that have a place, if nothing else is in it.
Result<std::optional<PciAddress>> slot_of(Document& domain, const std::vector<virt::Hostdev>& siblings) {
  std::optional<PciAddress> slot;
  for (const auto& sibling : siblings) {
    GPUPASS_TRY_ASSIGN(const auto at, virt::guest_address(*sibling.element));
    if (!at) continue;
    if (slot && !slot->same_slot(*at)) return std::optional<PciAddress>();
    slot = at;
  }
  if (!slot) return slot;
  const auto* const devices = domain.root().FirstChildElement("devices");
  for (const auto* other = devices->FirstChildElement(); other != nullptr;
       other = other->NextSiblingElement()) {
    GPUPASS_TRY_ASSIGN(const auto at, virt::guest_address(*other));
    if (at && at->same_slot(*slot) && !is_one_of(siblings, other)) return std::optional<PciAddress>();
  }
  slot->function = 0;
  return slot;
}

/// The functions that are there and those that are lacking, as one device in one slot.
Result<void> complete_card(Document& domain, const std::vector<virt::Hostdev>& siblings,
                           const GuestCard& lacking, const PciAddress& slot,
                           const DomainTemplates& templates) {
  auto functions = lacking.functions;
  for (const auto& sibling : siblings) functions.push_back(sibling.function);
  std::ranges::sort(functions);
  for (const auto& where : virt::places_of(functions, slot)) {
    const auto there = std::ranges::find(siblings, where.function, &virt::Hostdev::function);
    if (there == siblings.end()) {
      GPUPASS_TRY(virt::add_function(domain, where, templates));
    } else {
      virt::set_place(*there->element, where.place, where.multifunction);
    }
  }
  return {};
}

/// One whose other functions the domain has already becomes one device with them.
Result<void> add_card(Document& domain, PciRoot root, const GuestCard& card,
                      const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto siblings, siblings_in(domain, card.functions.front()));
  if (!siblings.empty()) {
    GPUPASS_TRY_ASSIGN(const auto slot, slot_of(domain, siblings));
    if (slot) return complete_card(domain, siblings, card, *slot, templates);
  }
  GPUPASS_TRY_ASSIGN(const auto slot, new_slot(domain, root, card, templates));
  return virt::add_functions(domain, card, slot, templates);
}

/// Takes away the root ports that these functions' cards were given, unless something else is on them.
Result<void> remove_ports(Document& domain, const std::vector<PciAddress>& functions) {
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  for (const auto& bus : pci.buses) {
    const auto is_its_port = [&](const PciAddress& function) {
      const auto alias = virt::port_alias(function);
      return bus.alias == alias || bus.alias.starts_with(alias + "-");
    };
    if (pci.is_empty(bus.index) && std::any_of(functions.begin(), functions.end(), is_its_port)) {
      virt::remove(*bus.element);
    }
  }
  return {};
}

/// Removes QEMU's settings for a device that is removed: they would refer to nothing.
void remove_override(Document& domain, const Element& device) {
  auto* const overrides = domain.root().FirstChildElement("qemu:override");
  const auto* const alias = device.FirstChildElement("alias");
  if (overrides == nullptr || alias == nullptr) return;
  const auto name = virt::attribute(*alias, "name").value_or("");
  for (auto* one = overrides->FirstChildElement("qemu:device"); one != nullptr;) {
    auto* const next = one->NextSiblingElement("qemu:device");
    if (virt::attribute_is(*one, "alias", name)) virt::remove(*one);
    one = next;
  }
  if (overrides->FirstChildElement() == nullptr) virt::remove(*overrides);
}

/// Where function 0 of a guest device went, the first of those that stay takes its place: a guest
/// would not see them otherwise. One that is alone is no device of several functions.
Result<void> close_gap(Document& domain, const PciAddress& place) {
  GPUPASS_TRY_ASSIGN(const auto passed, virt::hostdevs(domain));
  std::vector<Element*> staying;
  for (const auto& one : passed) {
    GPUPASS_TRY_ASSIGN(const auto at, virt::guest_address(*one.element));
    if (!at || !at->same_slot(place)) continue;
    staying.push_back(one.element);
    if (at->function == 0) std::swap(staying.front(), staying.back());
  }
  if (staying.empty()) return {};
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  const bool several =
      std::ranges::count_if(pci.addresses, [&](const auto& other) { return other.same_slot(place); }) > 1;
  const PciAddress first{place.domain, place.bus, place.slot, 0};
  // Function 0 may be another kind of device: then there is no gap.
  if (several && std::ranges::count(pci.addresses, first) > 0) return {};
  virt::set_place(*staying.front(), first, several);
  return {};
}

/// What gpupass never edits: the text without PCI controllers and hostdevs, and without blanks.
Result<std::string> without_cards(const std::string& text) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(text));
  GPUPASS_TRY_ASSIGN(const auto passed, virt::hostdevs(domain));
  for (const auto& one : passed) {
    remove_override(domain, *one.element);
    virt::remove(*one.element);
  }
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  for (const auto& bus : pci.buses) virt::remove(*bus.element);
  auto& devices = virt::child(domain.root(), "devices");
  if (devices.FirstChildElement() == nullptr) devices.DeleteChildren();
  auto rest = domain.text();
  std::erase_if(rest, [](char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; });
  return rest;
}

}  // namespace

std::vector<GuestCard> cards_of(std::vector<PciAddress> functions) {
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  std::vector<GuestCard> cards;
  for (const auto& function : functions) {
    if (cards.empty() || !cards.back().functions.front().same_slot(function)) cards.emplace_back();
    cards.back().functions.push_back(function);
  }
  return cards;
}

Result<std::string> hostdev_xml(const PciAddress& function, const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto hostdev, virt::make_hostdev(function, templates.hostdev));
  return hostdev.text();
}

Result<std::string> devices_xml(const std::vector<GuestCard>& cards, const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain("<domain>\n<devices>\n</devices>\n</domain>"));
  auto index = static_cast<std::uint8_t>(k_first_free_bus);
  for (const auto& card : cards) {
    GPUPASS_TRY_ASSIGN(const auto port, virt::add_card_port(domain, card, index++, templates));
    GPUPASS_TRY(virt::add_functions(domain, card, port.slot, templates));
  }
  return virt::text_of(*domain.root().FirstChildElement("devices")) + "\n";
}

Result<std::string> add_cards(const std::string& domain_xml, const std::vector<GuestCard>& cards,
                              const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto present, virt::distinct_functions(domain));
  for (const auto& card : cards) GPUPASS_TRY(refuse_uneditable(domain_xml, card.functions));
  const auto lacking = without(cards, present);
  if (lacking.empty()) return domain_xml;
  GPUPASS_TRY_ASSIGN(const auto root, virt::pci_root(domain));
  if (root == PciRoot::express) {
    std::size_t functions = 0;
    for (const auto& card : cards) functions += card.conventional ? 0 : card.functions.size();
    // Before the cards' own ports: those go away again, and libvirt fills a gap in the numbers.
    GPUPASS_TRY(add_spare_ports(domain, functions, templates));
  }
  for (const auto& card : lacking) GPUPASS_TRY(add_card(domain, root, card, templates));
  return domain.text();
}

Result<std::string> remove_functions(const std::string& domain_xml,
                                     const std::vector<PciAddress>& functions) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto passed, virt::hostdevs(domain));
  std::vector<PciAddress> left;  // where in the guest the functions were
  bool changed = false;
  for (const auto& one : passed) {
    if (!contains(functions, one.function)) continue;
    GPUPASS_TRY_ASSIGN(const auto at, virt::guest_address(*one.element));
    if (at) left.push_back(*at);
    remove_override(domain, *one.element);
    virt::remove(*one.element);
    changed = true;
  }
  if (!changed) return domain_xml;
  for (const auto& place : left) GPUPASS_TRY(close_gap(domain, place));
  GPUPASS_TRY(remove_ports(domain, functions));
  return domain.text();
}

Result<std::vector<PciAddress>> hostdev_functions(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  return virt::distinct_functions(domain);
}

std::vector<PciAddress> hostdev_functions_if_any(const std::string& domain_xml) {
  return domain_xml.empty() ? std::vector<PciAddress>{}
                            : hostdev_functions(domain_xml).value_or(std::vector<PciAddress>{});
}

Result<bool> same_apart_from_cards(const std::string& one, const std::string& other) {
  GPUPASS_TRY_ASSIGN(const auto a, without_cards(one));
  GPUPASS_TRY_ASSIGN(const auto b, without_cards(other));
  return a == b;
}

Result<std::optional<std::string>> without_gain(const std::string& now, const DomainChange& change) {
  GPUPASS_TRY_ASSIGN(auto gained, hostdev_functions(change.after));
  GPUPASS_TRY_ASSIGN(const auto had, hostdev_functions(change.before));
  std::erase_if(gained, [&](const auto& function) { return contains(had, function); });
  if (gained.empty()) return std::optional<std::string>();
  GPUPASS_TRY_ASSIGN(const auto rest, remove_functions(now, gained));
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(rest));
  GPUPASS_TRY_ASSIGN(auto before, parse_domain(change.before));
  GPUPASS_TRY_ASSIGN(const auto ports_before, virt::guest_pci(before));
  GPUPASS_TRY_ASSIGN(const auto ports, virt::guest_pci(domain));
  for (const auto& bus : ports.buses) {
    if (virt::is_spare(bus.alias) && !ports_before.has_alias(bus.alias) && ports.is_empty(bus.index))
      virt::remove(*bus.element);
  }
  return std::optional(domain.text());
}

Result<int> free_hotplug_ports(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  GPUPASS_TRY_ASSIGN(const auto root, virt::pci_root(domain));
  const auto count = root == PciRoot::express ? virt::free_ports(pci).size() : virt::free_slots(pci).size();
  return static_cast<int>(count);
}

Result<int> free_conventional_slots(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  GPUPASS_TRY_ASSIGN(const auto root, virt::pci_root(domain));
  const auto slots = root == PciRoot::express ? virt::free_bridge_slots(pci) : virt::free_slots(pci);
  return static_cast<int>(slots.size());
}

Result<bool> has_pci_express(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(const auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto root, virt::pci_root(domain));
  return root == PciRoot::express;
}

Result<std::vector<PciAddress>> unmanaged_functions(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto passed, virt::hostdevs(domain));
  std::vector<PciAddress> functions;
  for (const auto& one : passed) {
    if (!virt::attribute_is(*one.element, "managed", "yes")) functions.push_back(one.function);
  }
  return functions;
}

Result<bool> is_multifunction_in_guest(const std::string& domain_xml, const PciAddress& function) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto passed, virt::hostdevs(domain));
  const auto one = std::find_if(passed.begin(), passed.end(),
                                [&](const virt::Hostdev& other) { return other.function == function; });
  if (one == passed.end()) return false;
  GPUPASS_TRY_ASSIGN(const auto at, virt::guest_address(*one->element));
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  return at && std::any_of(pci.addresses.begin(), pci.addresses.end(),
                           [&](const PciAddress& other) { return other.same_slot(*at) && other != *at; });
}

}  // namespace gpupass
