// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/sys_mount.hpp"

#include <algorithm>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discovery {
namespace {

constexpr std::string_view k_written = sysfs::k_drivers_probe;

bool lies_within(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool has_read_only(std::string_view options) {
  return std::ranges::count(core::split(options, ','), "ro") > 0;
}

/// A line of mountinfo, as far as it is needed: "25 30 0:22 / /sys ro,nosuid shared:7 - sysfs sysfs rw".
/// Either the mount or its file system may be read-only.
bool is_read_only(const std::vector<std::string_view>& fields) {
  return has_read_only(fields[5]) || has_read_only(fields.back());
}

}  // namespace

bool is_sys_read_only(const Host& host) {
  constexpr std::size_t k_limit = 16U << 20U;
  const auto text = host.read("/proc/self/mountinfo", k_limit).value_or("");
  std::string_view deepest;
  bool read_only = false;
  for (const auto line : core::split(text, '\n')) {
    const auto fields = core::words(line);
    if (fields.size() < 9 || !lies_within(k_written, fields[4])) continue;
    if (fields[4].size() < deepest.size()) continue;  // of two at one place the later one covers the other
    deepest = fields[4];
    read_only = is_read_only(fields);
  }
  return read_only;
}

}  // namespace gpupass::discovery
