// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/card.hpp"

#include <fmt/format.h>

#include "gpupass/virt/guest_pci.hpp"
#include "gpupass/virt/hostdev.hpp"

namespace gpupass::virt {

namespace {

Result<Element*> add_controller(Document& domain, std::uint8_t index, const std::string& alias,
                                const std::string& from, const std::string& name) {
  GPUPASS_TRY_ASSIGN(auto port, Document::parse(from, "template " + name, "controller"));
  port.root().SetAttribute("index", std::to_string(index).c_str());
  set_alias(port.root(), alias);
  auto& devices = child(domain.root(), "devices");
  return &insert_copy(devices, devices.LastChildElement("controller"), port.root());
}

}  // namespace

Result<Element*> add_port(Document& domain, std::uint8_t index, const std::string& alias,
                          const DomainTemplates& templates) {
  return add_controller(domain, index, alias, templates.root_port, "root-port.xml");
}

Result<CardPort> add_card_port(Document& domain, const GuestCard& card, std::uint8_t index,
                               const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto pci, guest_pci(domain));
  // Another function of the card may have come earlier and have the name.
  auto alias = port_alias(card.functions.front());
  if (pci.has_alias(alias)) alias += fmt::format("-{}", card.functions.front().function);
  if (card.conventional) {
    GPUPASS_TRY_ASSIGN(auto* const bridge,
                       add_controller(domain, index, alias, templates.pci_bridge, "pcie-to-pci-bridge.xml"));
    return CardPort{bridge, PciAddress{0, index, 1, 0}};  // slot 0 is the bridge's own
  }
  GPUPASS_TRY_ASSIGN(auto* const port, add_port(domain, index, alias, templates));
  return CardPort{port, PciAddress{0, index, 0, 0}};
}

std::vector<GuestPlace> places_of(const std::vector<PciAddress>& functions, PciAddress slot) {
  const bool as_on_host = functions.front().function == 0;
  std::vector<GuestPlace> places;
  for (const auto& function : functions) {
    slot.function = as_on_host ? function.function : static_cast<std::uint8_t>(places.size());
    places.push_back({function, slot, slot.function == 0 && functions.size() > 1});
  }
  return places;
}

Result<void> add_function(Document& domain, const GuestPlace& where, const DomainTemplates& templates) {
  auto& devices = child(domain.root(), "devices");
  GPUPASS_TRY_ASSIGN(auto hostdev, make_hostdev(where.function, templates.hostdev));
  set_place(hostdev.root(), where.place, where.multifunction);
  insert_copy(devices, devices.LastChildElement("hostdev"), hostdev.root());
  return {};
}

Result<void> add_functions(Document& domain, const GuestCard& card, PciAddress slot,
                           const DomainTemplates& templates) {
  for (const auto& where : places_of(card.functions, slot))
    GPUPASS_TRY(add_function(domain, where, templates));
  return {};
}

}  // namespace gpupass::virt
