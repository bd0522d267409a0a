// SPDX-License-Identifier: GPL-2.0-or-later
// Where programs are found, and who may have written what root runs.
#pragma once

#include <array>
#include <filesystem>

#include "gpupass/error.hpp"

namespace gpupass::sys {

/// Folders that root alone writes to on every distribution; /usr/local is none of them (Debian lets a group
/// write there). The last is NixOS's.
[[nodiscard]] constexpr std::array<const char*, 5> program_folders() {
  return {"/usr/sbin", "/usr/bin", "/sbin", "/bin", "/run/current-system/sw/bin"};
}

/// That root may run or install this file: it, and each folder and link on the way to it, belongs to root and
/// can be written to by root alone (a group of root's own excepted). Error: refused, naming what an ordinary
/// user can change.
[[nodiscard]] Result<void> refuse_what_others_can_write(const std::filesystem::path& file);

}  // namespace gpupass::sys
