// SPDX-License-Identifier: GPL-2.0-or-later
// From what a user typed to functions of this machine.
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/inventory.hpp"

namespace gpupass {
namespace {

Failure absent(const Selector& selector, const char* what) {
  return fail(ErrorKind::not_found, fmt::format("there is no PCI {} {}", what, selector.text),
              "`gpupass list --all` shows what is there");
}

bool one_card(const std::vector<PciAddress>& functions) {
  return std::all_of(functions.begin(), functions.end(),
                     [&](const PciAddress& function) { return function.same_slot(functions.front()); });
}

Failure ambiguous(const Selector& selector, const std::vector<PciAddress>& matches) {
  auto what = fmt::format("{} matches {} functions:", selector.text, matches.size());
  for (const auto& match : matches) what += " " + to_string(match);
  return fail(ErrorKind::usage, std::move(what), "name the one that is meant by its address");
}

Result<std::vector<PciAddress>> resolve_ids(const Selector& selector, const Inventory& inventory) {
  std::vector<PciAddress> matches;
  for (const auto& device : inventory.devices) {
    if (device.vendor == selector.ids->vendor && device.device == selector.ids->device) {
      matches.push_back(device.address);
    }
  }
  if (matches.empty()) return absent(selector, "function with the ids");
  if (!one_card(matches)) return ambiguous(selector, matches);
  return matches;
}

}  // namespace

Result<std::vector<PciAddress>> resolve(const Selector& selector, const Inventory& inventory) {
  if (selector.ids) return resolve_ids(selector, inventory);
  if (selector.slot) {
    auto functions = inventory.slot_of(*selector.slot);
    if (functions.empty()) return absent(selector, "card");
    return functions;
  }
  if (inventory.find(*selector.address) == nullptr) return absent(selector, "function");
  return std::vector{*selector.address};
}

}  // namespace gpupass
