// SPDX-License-Identifier: GPL-2.0-or-later
#include "virt/card.hpp"

#include <fmt/format.h>

#include "virt/guest_pci.hpp"
#include "virt/hostdev.hpp"

namespace gpupass::virt {

Result<Element*> add_port(Document& domain, std::uint8_t index, const std::string& alias,
                          const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(auto port, Document::parse(templates.root_port, "template root-port.xml", "controller"));
  port.root().SetAttribute("index", std::to_string(index).c_str());
  set_alias(port.root(), alias);
  auto& devices = child(domain.root(), "devices");
  return &insert_copy(devices, devices.LastChildElement("controller"), port.root());
}

Result<CardPort> add_card_port(Document& domain, const GuestCard& card, const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto pci, guest_pci(domain));
  GPUPASS_TRY_ASSIGN(const auto index, next_bus(pci));
  // Another function of the card may have come earlier and have the name.
  auto alias = port_alias(card.functions.front());
  if (pci.has_alias(alias)) alias += fmt::format("-{}", card.functions.front().function);
  GPUPASS_TRY_ASSIGN(auto* const port, add_port(domain, index, alias, templates));
  return CardPort{port, PciAddress{0, index, 0, 0}};
}

Result<void> add_functions(Document& domain, const GuestCard& card, PciAddress slot,
                           const DomainTemplates& templates) {
  // A guest finds a device by its function 0. Where the host's own is not given, another must be it.
  const bool as_on_host = card.functions.front().function == 0;
  auto& devices = child(domain.root(), "devices");
  std::uint8_t next = 0;
  for (const auto& function : card.functions) {
    slot.function = as_on_host ? function.function : next++;
    GPUPASS_TRY_ASSIGN(auto hostdev, make_hostdev(function, templates.hostdev));
    set_place(hostdev.root(), slot, slot.function == 0 && card.functions.size() > 1);
    insert_copy(devices, devices.LastChildElement("hostdev"), hostdev.root());
  }
  return {};
}

}  // namespace gpupass::virt
