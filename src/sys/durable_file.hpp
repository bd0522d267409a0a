// SPDX-License-Identifier: GPL-2.0-or-later
// Files that are there after a power cut. Unless told otherwise they are of mode 0600: a domain's XML may
// hold secrets. Directories that are made for them can be entered by whoever can read the file.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "gpupass/error.hpp"

namespace gpupass::sys {

/// The whole file, or the one that was there before: temporary file, fsync, rename, fsync of the folder.
[[nodiscard]] Result<void> write_durably(const std::filesystem::path& file, const std::string& text,
                                         mode_t mode = 0600);
/// Appends to a file, which is made if need be, and fsyncs it.
[[nodiscard]] Result<void> append_durably(const std::filesystem::path& file, const std::string& text);
/// Removes a file for good. One that is not there is no error.
[[nodiscard]] Result<void> remove_durably(const std::filesystem::path& file);

/// Who may do what with a file: 0644. 0 for one that is not there.
[[nodiscard]] mode_t mode_of(const std::filesystem::path& file);

}  // namespace gpupass::sys
