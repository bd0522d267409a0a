// SPDX-License-Identifier: GPL-2.0-or-later
// What a user names to be read: a file, a pipe, <(a process).
#pragma once

#include <filesystem>
#include <string>

#include "gpupass/error.hpp"

namespace gpupass::sys {

/// All of it, at most limit bytes, waiting for whoever writes a pipe. For what a person names, never for what
/// a tree that is looked at contains. Errors: not_found, denied, invalid (a folder), system.
[[nodiscard]] Result<std::string> read_stream(const std::filesystem::path& path, std::size_t limit);

}  // namespace gpupass::sys
