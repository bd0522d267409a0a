// SPDX-License-Identifier: GPL-2.0-or-later
// A line of /proc/PID/mountinfo (Documentation/filesystems/proc.rst, section 3.5), as it is written.
#pragma once

#include <optional>
#include <string_view>

namespace gpupass::core {

/// "36 35 259:2 / /boot rw,noatime shared:7 - ext4 /dev/nvme0n1p2 rw". Blanks stand in it as \\040.
struct MountLine {
  std::string_view device;    // major:minor
  std::string_view subtree;   // which part of the file system is mounted
  std::string_view point;     // where
  std::string_view options;   // of the mount
  std::string_view type;      // of the file system
  std::string_view source;    // "/dev/nvme0n1p2", "10.0.0.5:/srv"
  std::string_view settings;  // options of the file system; may be empty
};
/// Nothing for text that is no such line. The fields are parts of it.
[[nodiscard]] std::optional<MountLine> mount_line(std::string_view line);

/// Whether a path is a folder or lies below it.
[[nodiscard]] bool lies_within(std::string_view path, std::string_view folder);

}  // namespace gpupass::core
