// SPDX-License-Identifier: GPL-2.0-or-later
// Files that are there after a power cut: what Host does with those of a machine that can be changed. Nothing
// else calls this (scripts/check-seam).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "gpupass/error.hpp"

namespace gpupass::sys {

/// The whole file, or the one that was there before: written under a name of its own beside it, synced, given
/// its mode, renamed, and the folder synced. A symbolic link stays one. Folders are made, for everybody to
/// enter and list, whatever the umask. Error: refused for what is not a regular file, and, to root, where the
/// way leads through a link that an ordinary user made.
[[nodiscard]] Result<void> write_durably(const std::filesystem::path& file, const std::string& text,
                                         mode_t mode = 0600);
/// The same for a file that the user named: it and the folders that are made have the modes that the umask
/// leaves. Error: refused, too, in the tree of a captured machine; `captured` is its root, or empty.
[[nodiscard]] Result<void> write_output(const std::filesystem::path& file, const std::string& text,
                                        const std::filesystem::path& captured);
/// A line behind the others of a file that is there; the rest of one that never got whole is cut off first.
[[nodiscard]] Result<void> append_line_durably(const std::filesystem::path& file, const std::string& line);
/// Removes a file for good. One that is not there is no error.
[[nodiscard]] Result<void> remove_durably(const std::filesystem::path& file);
/// Gives it another name in the same folder, which is free.
[[nodiscard]] Result<void> rename_durably(const std::filesystem::path& file, const std::string& name);

/// Removes what a gpupass that was killed was about to write in a folder, under names of its own.
void clear_leftovers(const std::filesystem::path& folder);
/// Opens a file for reading and writing, made where it is not there; its folder, too. For its owner only:
/// whoever can open a lock's file can hold it.
[[nodiscard]] Result<int> open_private(const std::filesystem::path& file);

}  // namespace gpupass::sys
