// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass::cli {

/// The functions that go into a guest when these are selected: each with the other endpoints of its
/// card. Sorted, each once. Errors: as resolve().
[[nodiscard]] Result<std::vector<PciAddress>> select_cards(const Inventory& inventory,
                                                           const std::vector<Selector>& selectors);

}  // namespace gpupass::cli
