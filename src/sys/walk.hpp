// SPDX-License-Identifier: GPL-2.0-or-later
// Following a path folder by folder, with every link followed by us: so that a path below a root never leads
// out of it, and that root writes through no link that an ordinary user made.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {

/// Which file of all that are mounted.
struct FileId {
  dev_t device;
  ino_t number;
  bool operator==(const FileId&) const = default;
};

struct WalkRules {
  bool follow_last = true;     // a link as the last component is followed, too
  bool trusted_links = false;  // where we are root, links that an ordinary user made are an error: EPERM
  std::optional<FileId> keep_out = {};  // a folder that no way may lead through: EXDEV
  std::optional<mode_t> make = {};  // folders that are not there are made, with this mode whatever the umask
};

/// The folder that a path leads to, and the name in it, which is no link unless follow_last was false. "."
/// for the folder itself.
struct Reached {
  Fd folder;
  std::string name;
};

/// Walks a path for which `root` is "/": neither ".." nor a link leads above it. Returns 0, or an errno.
[[nodiscard]] int walk(int root, std::string_view path, const WalkRules& rules, Reached& reached);

/// open(2) of a path below that root, by the kernel's openat2(2) where it has it (5.6), else by walk().
/// Returns a descriptor, or -1 with errno.
[[nodiscard]] int open_inside(int root, const std::string& path, int flags);
/// The same by walk() alone.
[[nodiscard]] int open_walking(int root, const std::string& path, int flags);

}  // namespace gpupass::sys
