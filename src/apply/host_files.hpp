// SPDX-License-Identifier: GPL-2.0-or-later
// Ordinary files of the host, and the programs that make something of them.
#pragma once

#include <string>
#include <vector>

#include "gpupass/apply/apply.hpp"

namespace gpupass::apply {

/// These files as they are now.
[[nodiscard]] Result<std::vector<FileContent>> files_now(const Host& host,
                                                         const std::vector<FileContent>& files);

/// Writes and removes, reads back, and runs the program if one is named.
[[nodiscard]] Result<WriteEnd> set_files(Doors& doors, const std::vector<FileContent>& files,
                                         const std::vector<std::string>& program);

}  // namespace gpupass::apply
