// SPDX-License-Identifier: GPL-2.0-or-later
// What stands at the other end of our standard streams, and signals that ask us to stop.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::sys {

[[nodiscard]] bool is_terminal(int stream);
/// Columns of the terminal at this stream; 0 where there is none.
[[nodiscard]] int terminal_columns(int stream);

/// From now on SIGINT, SIGTERM and SIGHUP only set a flag, so that what was begun can be put back.
void catch_interrupts();
[[nodiscard]] bool interrupted();

/// From now on writing to a pipe that nobody reads any more (`| head`) fails instead of ending us: that is
/// no reason to stop half-way.
void outlive_readers();

/// Where this program's own file is.
[[nodiscard]] std::filesystem::path executable();

/// Becomes another program. Returns only if that failed.
[[nodiscard]] Error become(const std::vector<std::string>& argv);

}  // namespace gpupass::sys
