// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/selection.hpp"

#include <algorithm>

namespace gpupass::cli {
namespace {

/// A bridge that shares the slot stays with the host; one that is selected itself is for the rules
/// to refuse.
bool goes_along(const Inventory& inventory, const PciAddress& function, const std::vector<PciAddress>& selected) {
  if (std::find(selected.begin(), selected.end(), function) != selected.end()) return true;
  const auto* const device = inventory.find(function);
  return device != nullptr && !device->is_bridge();
}

}  // namespace

Result<std::vector<PciAddress>> select_cards(const Inventory& inventory, const std::vector<Selector>& selectors) {
  std::vector<PciAddress> functions;
  for (const auto& selector : selectors) {
    GPUPASS_TRY_ASSIGN(const auto selected, resolve(selector, inventory));
    for (const auto& one : selected) {
      for (const auto& function : inventory.slot_of(one)) {
        if (goes_along(inventory, function, selected)) functions.push_back(function);
      }
    }
  }
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  return functions;
}

}  // namespace gpupass::cli
