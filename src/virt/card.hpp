// SPDX-License-Identifier: GPL-2.0-or-later
// A card in a guest: one device with all of its functions, on a port made for it.
#pragma once

#include <cstdint>
#include <string>

#include "gpupass/domain.hpp"
#include "virt/document.hpp"

namespace gpupass::virt {

/// A root port from the template, with this bus number and alias, behind the controllers that are there.
[[nodiscard]] Result<Element*> add_port(Document& domain, std::uint8_t index, const std::string& alias,
                                        const DomainTemplates& templates);

/// A new root port for this card, with its alias.
struct CardPort {
  Element* element = nullptr;
  PciAddress slot;  // behind it, where the card goes
};
[[nodiscard]] Result<CardPort> add_card_port(Document& domain, const GuestCard& card,
                                             const DomainTemplates& templates);

/// The card's functions as one device of the guest in this slot.
[[nodiscard]] Result<void> add_functions(Document& domain, const GuestCard& card, PciAddress slot,
                                         const DomainTemplates& templates);

}  // namespace gpupass::virt
