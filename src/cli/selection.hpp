// SPDX-License-Identifier: GPL-2.0-or-later
// From the words of a command to the functions that are meant.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {

/// Adds --only: what is selected comes without companions.
void add_only(Syntax& syntax, session::Selection& to);

/// Error: usage, where nothing is named; `usage` is the command's own, where there is one to show.
[[nodiscard]] Result<void> require_some(const session::Selection& selection, const std::string& usage = {});

}  // namespace gpupass::cli
