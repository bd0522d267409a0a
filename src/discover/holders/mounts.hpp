// SPDX-License-Identifier: GPL-2.0-or-later
// Mounts: those that the first process sees, then those that only other mount namespaces have (containers,
// services with a view of their own).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discover/holders/scan.hpp"
#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

/// A line of mountinfo: "36 35 259:2 / /boot rw - ext4 /dev/nvme0n1p2 rw".
struct Mount {
  std::string device;   // major:minor; 0:… where the file system is not on one disk
  std::string subtree;  // which part of the file system is mounted
  std::string point, type;
  std::vector<std::string> sources;    // the device; further ones of bcachefs and xfs
  std::string source, options;         // as they are written: "10.0.0.5:/srv", "rw,addr=10.0.0.5"
  const Process* elsewhere = nullptr;  // a process of the namespace that it is in; none: the host's
};

class Mounts {
 public:
  Mounts(const Host& host, const Scan& scan, Problems& problems);

  /// Each file system once in a namespace: a part of what is mounted already, shown at a second place,
  /// holds nothing more.
  [[nodiscard]] const std::vector<Mount>& once() const { return once_; }
  /// The host's mount that a file is on.
  [[nodiscard]] const Mount* holding(std::string_view file) const;

 private:
  void read(const Host& host, const std::string& path, const Process* elsewhere, Problems& problems);

  std::vector<Mount> of_host_, once_;
};

/// Blanks and backslashes of a path are written as \040 and so on in mountinfo and swaps.
[[nodiscard]] std::string unescape(std::string_view text);

}  // namespace gpupass::discover
