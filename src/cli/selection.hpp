// SPDX-License-Identifier: GPL-2.0-or-later
// From the words of a command to the functions that are meant.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {

/// Adds --only.
void add_only(po::options_description& options);

/// What an option's words mean, without companions where --only is given, and what --with names besides; all
/// of it may be empty. Error: usage.
[[nodiscard]] Result<session::Selection> selection_of(const po::variables_map& values,
                                                      const std::string& option = "selector");

/// The same. Error: usage, also where nothing is named; `usage` is the command's own, where there is one to
/// show.
[[nodiscard]] Result<session::Selection> some_selection_of(const po::variables_map& values,
                                                           const std::string& usage = {});

}  // namespace gpupass::cli
