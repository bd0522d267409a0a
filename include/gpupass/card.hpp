// SPDX-License-Identifier: GPL-2.0-or-later
// Which functions a person means: the one place that decides it, for every command and every stage.
#pragma once

#include <vector>

#include "gpupass/inventory.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {

/// The functions that naming this one means. A graphics function brings its companions: functions of the same
/// slot, or below a switch on the card itself, that are its own by vendor and by class (further graphics,
/// sound, USB, the controller of a USB-C socket). Any other function, a virtual one too, means itself: its
/// IOMMU group decides what must go with it. Sorted.
[[nodiscard]] std::vector<PciAddress> card_of(const Inventory& inventory, const PciAddress& function);

/// The graphics card that the function is a part of; the function alone where it is of none. Sorted.
[[nodiscard]] std::vector<PciAddress> card_with(const Inventory& inventory, const PciAddress& function);

/// An accelerator behind a port (class 12: AMD Instinct since MI300, Intel Gaudi): a card for computing that
/// has no graphics. The processor's own accelerator on the root bus (an NPU) does not count.
[[nodiscard]] bool is_accelerator_card(const Device& device);

/// Every card that has graphics, and every accelerator card, sorted. Two on one board are two.
[[nodiscard]] std::vector<std::vector<PciAddress>> graphics_cards(const Inventory& inventory);

/// Graphics within the processor: on the root bus, or in a slot that they share with the processor's own USB
/// and security functions (AMD).
[[nodiscard]] bool is_processor_graphics(const Inventory& inventory, const Device& device);

/// True of a virtual function (SR-IOV).
[[nodiscard]] bool is_virtual_function(const Device& device);

enum class Companions { along, left_out };

/// What the selectors mean together. A slot means its functions without bridges, which stay with the host,
/// and without virtual functions, which their physical function's driver makes; each is meant by its own
/// address. Sorted, each once. Errors: as of resolve().
[[nodiscard]] Result<std::vector<PciAddress>> functions_meant(const Inventory& inventory,
                                                              const std::vector<Selector>& selectors,
                                                              Companions companions);

}  // namespace gpupass
