// SPDX-License-Identifier: GPL-2.0-or-later
// A card in a guest: one device with all of its functions, on a port made for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gpupass/domain.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass::virt {

/// A root port from the template, with this bus number and alias, behind the controllers that are there.
[[nodiscard]] Result<Element*> add_port(Document& domain, std::uint8_t index, const std::string& alias,
                                        const DomainTemplates& templates);

/// A new root port for this card, with this bus number and its alias; a bridge for a conventional card, and
/// slot 1 behind it.
struct CardPort {
  Element* element = nullptr;
  PciAddress slot;  // behind it, where the card goes
};
[[nodiscard]] Result<CardPort> add_card_port(Document& domain, const GuestCard& card, std::uint8_t index,
                                             const DomainTemplates& templates);

/// Where the functions of a card are in a guest's slot. A guest finds a device by its function 0: where the
/// host's own is not given, another must be it.
struct GuestPlace {
  PciAddress function;  // of the host
  PciAddress place;     // in the guest
  bool multifunction = false;
};
[[nodiscard]] std::vector<GuestPlace> places_of(const std::vector<PciAddress>& functions, PciAddress slot);

[[nodiscard]] Result<void> add_function(Document& domain, const GuestPlace& where,
                                        const DomainTemplates& templates);

/// The card's functions as one device of the guest in this slot.
[[nodiscard]] Result<void> add_functions(Document& domain, const GuestCard& card, PciAddress slot,
                                         const DomainTemplates& templates);

}  // namespace gpupass::virt
