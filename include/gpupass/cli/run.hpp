// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "gpupass/cli/command.hpp"

namespace gpupass::cli {

/// Every command there is, in the order of `gpupass --help`.
[[nodiscard]] const std::vector<Command>& commands();

/// Runs one command in a world that is given. Returns the exit status; errors have been printed.
[[nodiscard]] int run_command(Context& context, const Command& command,
                              const std::vector<std::string>& arguments);

/// The program: global options, then the command, on the real world. Returns the exit status.
[[nodiscard]] int run(const std::vector<std::string>& arguments);

}  // namespace gpupass::cli
