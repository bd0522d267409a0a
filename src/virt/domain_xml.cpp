// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/domain.hpp"
#include "virt/address_xml.hpp"
#include "virt/card.hpp"
#include "virt/guest_pci.hpp"
#include "virt/hostdev.hpp"

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
    GuestCard lacking;
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
    const auto alias = fmt::format("ua-gpupass-spare-{}", number);
    if (pci.has_alias(alias)) continue;
    GPUPASS_TRY_ASSIGN(const auto index, virt::next_bus(pci));
    GPUPASS_TRY(virt::add_port(domain, index, alias, templates));
    const auto before = virt::free_ports(pci).size();
    GPUPASS_TRY_ASSIGN(pci, virt::guest_pci(domain));
    if (virt::free_ports(pci).size() == before) {
      return fail(ErrorKind::invalid,
                  "the template root-port.xml is no port that takes a device while the guest runs");
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

Result<void> add_card(Document& domain, PciRoot root, const GuestCard& card,
                      const DomainTemplates& templates) {
  if (root == PciRoot::express) {
    GPUPASS_TRY_ASSIGN(const auto port, virt::add_card_port(domain, card, templates));
    return virt::add_functions(domain, card, port.slot, templates);
  }
  GPUPASS_TRY_ASSIGN(const auto slot, place_in_slot(domain));
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

/// Takes away what QEMU was told of a device that goes: there would be nothing to tell it of.
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
/// would not see them otherwise.
Result<void> close_gap(Document& domain, const PciAddress& place) {
  GPUPASS_TRY_ASSIGN(const auto passed, virt::hostdevs(domain));
  std::vector<Element*> staying;
  for (const auto& one : passed) {
    GPUPASS_TRY_ASSIGN(const auto at, virt::guest_address(*one.element));
    if (!at || !at->same_slot(place)) continue;
    if (at->function == 0) return {};
    staying.push_back(one.element);
  }
  if (!staying.empty()) virt::set_place(*staying.front(), place, staying.size() > 1);
  return {};
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

Result<std::string> add_cards(const std::string& domain_xml, const std::vector<GuestCard>& cards,
                              const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto present, virt::distinct_functions(domain));
  const auto lacking = without(cards, present);
  if (lacking.empty()) return domain_xml;
  GPUPASS_TRY_ASSIGN(const auto root, virt::pci_root(domain));
  if (root == PciRoot::express) {
    std::size_t functions = 0;
    for (const auto& card : cards) functions += card.functions.size();
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
  std::vector<PciAddress> left;  // where in the guest function 0 of a device was
  bool changed = false;
  for (const auto& one : passed) {
    if (!contains(functions, one.function)) continue;
    GPUPASS_TRY_ASSIGN(const auto at, virt::guest_address(*one.element));
    if (at && at->function == 0) left.push_back(*at);
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

Result<int> free_hotplug_ports(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(auto domain, parse_domain(domain_xml));
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(domain));
  GPUPASS_TRY_ASSIGN(const auto root, virt::pci_root(domain));
  const auto count = root == PciRoot::express ? virt::free_ports(pci).size() : virt::free_slots(pci).size();
  return static_cast<int>(count);
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
