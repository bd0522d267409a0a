// SPDX-License-Identifier: GPL-2.0-or-later
// Which functions a user means who names a card.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::cli {

/// A function that the inventory has, with its companions: the other functions of the same card, but
/// for bridges and virtual functions. Sorted.
[[nodiscard]] std::vector<PciAddress> card_of(const Inventory& inventory, const PciAddress& function);

/// Every card that has a display controller, sorted.
[[nodiscard]] std::vector<std::vector<PciAddress>> graphics_cards(const Inventory& inventory);

/// The functions that selectors name, with their companions. Sorted, each once. Errors: not_found;
/// usage when ids match several cards.
[[nodiscard]] Result<std::vector<PciAddress>> select_cards(const Inventory& inventory,
                                                           const std::vector<Selector>& selectors);

/// What a command's SELECTOR words select, and exactly the functions that its --with names. Sorted,
/// each once. Errors: as above; usage when nothing is named.
[[nodiscard]] Result<std::vector<PciAddress>> functions_to_pass(const Inventory& inventory,
                                                                const po::variables_map& values,
                                                                const std::string& usage);

/// What these selectors select, and exactly the functions that a command's --with names. Sorted, each once.
/// Errors: as of select_cards.
[[nodiscard]] Result<std::vector<PciAddress>> cards_and_named(const Inventory& inventory,
                                                              const std::vector<Selector>& selectors,
                                                              const po::variables_map& values);

/// Exactly the functions that a command's SELECTOR words name, without their companions: where a person may
/// well mean one of a card. Sorted, each once. Errors: as above.
[[nodiscard]] Result<std::vector<PciAddress>> named_functions(Context& context,
                                                              const po::variables_map& values);
/// The error of a command that was given no SELECTOR.
[[nodiscard]] Failure no_device_named();

}  // namespace gpupass::cli
