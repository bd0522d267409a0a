// SPDX-License-Identifier: GPL-2.0-or-later
// Files that survive a power cut: how Host changes those of a machine that can be changed. Nothing
// else calls this (scripts/check-seam).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "gpupass/error.hpp"

namespace gpupass::sys {

/// The whole file, or the one that was there before: written under a name of its own beside it, synced, given
/// its mode, renamed, and the folder synced. A symbolic link stays one. Folders are made, for everybody to
/// enter and list, whatever the umask. Error: refused for what is not a regular file, and, to root, if the
/// way leads through a link that an ordinary user made.
[[nodiscard]] Result<void> write_durably(const std::filesystem::path& file, const std::string& text,
                                         mode_t mode = 0600);
/// The same for a file that the user named: it and the folders that are made have the modes that the umask
/// leaves. Error: refused, too, in the tree of a captured machine; `captured` is its root, or empty.
[[nodiscard]] Result<void> write_output(const std::filesystem::path& file, const std::string& text,
                                        const std::filesystem::path& captured);
/// Appends a line to an existing file; an incomplete last line is cut off first.
[[nodiscard]] Result<void> append_line_durably(const std::filesystem::path& file, const std::string& line);
/// Removes a file durably. It is not an error if it does not exist.
[[nodiscard]] Result<void> remove_durably(const std::filesystem::path& file);
/// Gives it another name in the same folder, which is free.
[[nodiscard]] Result<void> rename_durably(const std::filesystem::path& file, const std::string& name);

/// Removes what a gpupass that was killed was about to write in a folder, under names of its own.
void clear_leftovers(const std::filesystem::path& folder);
/// Opens a file for reading and writing, made where it is not there; its folder, too. For its owner only:
/// whoever can open a lock's file can hold it.
[[nodiscard]] Result<int> open_private(const std::filesystem::path& file);

}  // namespace gpupass::sys
