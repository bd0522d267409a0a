// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/session.hpp"

namespace gpupass::session {

Selection exactly(const Functions& functions) {
  Selection selection{{}, Companions::left_out};
  for (const auto& function : functions) selection.selectors.push_back({to_string(function), function});
  return selection;
}

Result<Functions> functions_of(const Inventory& inventory, const Selection& selection) {
  GPUPASS_TRY_ASSIGN(const auto meant, functions_meant(inventory, selection.selectors, selection.companions));
  GPUPASS_TRY_ASSIGN(const auto named, functions_meant(inventory, selection.with, Companions::left_out));
  return joined(meant, named);
}

Result<Functions> named_or_graphics(const Inventory& inventory, const std::vector<Selector>& selectors) {
  if (!selectors.empty()) return functions_meant(inventory, selectors, Companions::along);
  Functions functions;
  for (const auto& card : graphics_cards(inventory))
    functions.insert(functions.end(), card.begin(), card.end());
  return functions;
}

Result<std::vector<const Device*>> devices_shown(const Inventory& inventory,
                                                 const std::vector<Selector>& selectors, bool all) {
  std::vector<const Device*> shown;
  if (all && selectors.empty()) {
    for (const auto& device : inventory.devices) shown.push_back(&device);
    return shown;
  }
  GPUPASS_TRY_ASSIGN(const auto functions, named_or_graphics(inventory, selectors));
  for (const auto& function : functions) shown.push_back(inventory.find(function));
  return shown;
}

}  // namespace gpupass::session
