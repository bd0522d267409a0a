// SPDX-License-Identifier: GPL-2.0-or-later
// What the standard streams are connected to, and signals that ask this program to stop.
#pragma once

#include <filesystem>

namespace gpupass::sys {

[[nodiscard]] bool is_terminal(int stream);
/// A question can be seen, on standard error, and answered, on standard input.
[[nodiscard]] bool can_ask();
/// Columns of the terminal at this stream; 0 where there is none.
[[nodiscard]] int terminal_columns(int stream);

/// There is one, and neither NO_COLOR nor a TERM without colours forbids them.
[[nodiscard]] bool may_colour(int stream);

/// From now on SIGINT, SIGTERM and SIGHUP only set a flag, so that what was begun can be put back.
void catch_interrupts();
[[nodiscard]] bool interrupted();
/// True if we were; from now on we are not, so that what puts things back may use what an interruption ends.
[[nodiscard]] bool forget_interrupt();

/// While one lives, an interruption ends the program that Host::run waits for; else it is waited for.
class InterruptsEndPrograms {
 public:
  InterruptsEndPrograms();
  ~InterruptsEndPrograms();
  InterruptsEndPrograms(const InterruptsEndPrograms&) = delete;
  InterruptsEndPrograms& operator=(const InterruptsEndPrograms&) = delete;
  /// One lives, and we were interrupted.
  [[nodiscard]] static bool now();
};

/// From now on writing to a pipe that nobody reads any more (`| head`) fails instead of ending us: that is
/// no reason to stop half-way.
void outlive_readers();

/// Where this program's own file is.
[[nodiscard]] std::filesystem::path executable();

}  // namespace gpupass::sys
