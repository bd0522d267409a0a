// SPDX-License-Identifier: GPL-2.0-or-later
// Commands that have commands of their own: `gpupass guest start`, `gpupass bench compare`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/cli/command.hpp"

namespace gpupass::cli {

struct Actions {
  const char* command;  // "guest"
  const char* about;    // one sentence
  std::span<const Command> rows;
};

/// Runs the action that the first argument names, with those after it; or prints what there is to --help.
/// Errors: usage, for an action that there is not.
[[nodiscard]] Result<int> run_action(Context& context, const Actions& actions,
                                     const std::vector<std::string>& arguments);

/// A line for each row: name, arguments, summary, as --help shows them; a heading above each group.
[[nodiscard]] std::string rows_text(std::span<const Command> rows);

/// "did you mean `gpupass list`? ": the row whose name is typed most like it, behind `before`; nothing if
/// none is much like it.
[[nodiscard]] std::string nearest(std::string_view typed, std::span<const Command> rows,
                                  std::string_view before);

}  // namespace gpupass::cli
