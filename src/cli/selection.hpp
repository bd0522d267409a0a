// SPDX-License-Identifier: GPL-2.0-or-later
// From the words of a command to the functions that are meant.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/card.hpp"

namespace gpupass::cli {

/// Adds --only.
void add_only(po::options_description& options);
[[nodiscard]] Companions companions_of(const po::variables_map& values);

/// What these selectors mean, without companions where --only is given, and exactly the functions that the
/// command's --with names. Sorted, each once. Errors: as of functions_meant().
[[nodiscard]] Result<std::vector<PciAddress>> selected_functions(const Inventory& inventory,
                                                                 const std::vector<Selector>& selectors,
                                                                 const po::variables_map& values);

/// The same of a command's SELECTOR words. Errors: as above; usage when nothing is named.
[[nodiscard]] Result<std::vector<PciAddress>> functions_to_pass(const Inventory& inventory,
                                                                const po::variables_map& values,
                                                                const std::string& usage);

/// The error of a command that was given no SELECTOR.
[[nodiscard]] Failure no_device_named();

}  // namespace gpupass::cli
