// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/selection.hpp"

#include <algorithm>
#include <set>

namespace gpupass::cli {
namespace {

bool is_virtual(const Device& device) {
  return device.sriov && device.sriov->physical_function;
}

/// Whether the other functions of its slot are of one card with it. On a root bus they are not: a
/// chipset has its network card, its sound and its bridge to the slow bus in one slot.
bool is_part_of_card(const Device& device) {
  return device.header_type != HeaderType::bridge && !is_virtual(device) && !device.bridges.empty();
}

}  // namespace

std::vector<PciAddress> card_of(const Inventory& inventory, const PciAddress& function) {
  if (!is_part_of_card(*inventory.find(function))) return {function};
  auto functions = inventory.slot_of(function);
  std::erase_if(functions,
                [&](const PciAddress& companion) { return !is_part_of_card(*inventory.find(companion)); });
  return functions;
}

std::vector<std::vector<PciAddress>> graphics_cards(const Inventory& inventory) {
  std::vector<std::vector<PciAddress>> cards;
  for (const auto& device : inventory.devices) {
    if (!device.is_gpu()) continue;
    auto card = card_of(inventory, device.address);
    if (cards.empty() || cards.back() != card) cards.push_back(std::move(card));
  }
  return cards;
}

Result<std::vector<PciAddress>> select_cards(const Inventory& inventory,
                                             const std::vector<Selector>& selectors) {
  std::set<PciAddress> functions;
  for (const auto& selector : selectors) {
    GPUPASS_TRY_ASSIGN(const auto named, resolve(selector, inventory));
    for (const auto& function : named) {
      for (const auto& companion : card_of(inventory, function)) functions.insert(companion);
    }
  }
  return std::vector(functions.begin(), functions.end());
}

Failure no_device_named() {
  return fail(ErrorKind::usage, "no device is named",
              "give at least one SELECTOR; `gpupass list` shows what is there");
}

Result<std::vector<PciAddress>> named_functions(Context& context, const po::variables_map& values) {
  GPUPASS_TRY_ASSIGN(const auto selectors, selectors_of(values, "selector"));
  if (selectors.empty()) return no_device_named();
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  std::set<PciAddress> functions;
  for (const auto& selector : selectors) {
    GPUPASS_TRY_ASSIGN(const auto found, resolve(selector, inventory));
    functions.insert(found.begin(), found.end());
  }
  return std::vector(functions.begin(), functions.end());
}

Result<std::vector<PciAddress>> functions_to_pass(const Inventory& inventory, const po::variables_map& values,
                                                  const std::string& usage) {
  GPUPASS_TRY_ASSIGN(const auto selectors, selectors_of(values, "selector"));
  if (selectors.empty()) {
    return fail(ErrorKind::usage, "no device is named", usage + "; `gpupass list` shows what is there");
  }
  return cards_and_named(inventory, selectors, values);
}

Result<std::vector<PciAddress>> cards_and_named(const Inventory& inventory,
                                                const std::vector<Selector>& selectors,
                                                const po::variables_map& values) {
  GPUPASS_TRY_ASSIGN(const auto cards, select_cards(inventory, selectors));
  std::set<PciAddress> functions(cards.begin(), cards.end());
  GPUPASS_TRY_ASSIGN(const auto companions, selectors_of(values, "with"));
  for (const auto& companion : companions) {
    GPUPASS_TRY_ASSIGN(const auto found, resolve(companion, inventory));
    functions.insert(found.begin(), found.end());
  }
  return std::vector(functions.begin(), functions.end());
}

}  // namespace gpupass::cli
