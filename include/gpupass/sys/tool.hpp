// SPDX-License-Identifier: GPL-2.0-or-later
// Programs that others keep, and that gpupass needs for part of what it does.
#pragma once

#include <string>
#include <vector>

#include "gpupass/host.hpp"

namespace gpupass::sys {

struct Tool {
  const char* program;
  const char* package;  // of Debian
};
inline constexpr Tool k_qemu_img{"qemu-img", "qemu-utils"};
inline constexpr Tool k_xorriso{"xorriso", "xorriso"};
inline constexpr Tool k_coreutils{"install", "coreutils"};

/// Runs it to its end: what it put out. Errors: not_found, with the package that has it; system, in its own
/// words, where it failed.
[[nodiscard]] Result<std::string> run_tool(Host& host, const Tool& tool,
                                           const std::vector<std::string>& argv);

/// What a program printed on its way to status 0, trimmed. Error: refused, in its own words, with what a
/// person does instead.
[[nodiscard]] Result<std::string> answer_in(const ProgramEnd& end, const std::string& program,
                                            const std::string& hint);

}  // namespace gpupass::sys
