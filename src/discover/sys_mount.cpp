// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/sys_mount.hpp"

#include <algorithm>

#include "gpupass/core/mountinfo.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

constexpr std::string_view k_written = sysfs::k_drivers_probe;

bool has_read_only(std::string_view options) {
  return std::ranges::count(core::split(options, ','), "ro") > 0;
}

/// Either the mount or its file system may be.
bool is_read_only(const core::MountLine& mount) {
  return has_read_only(mount.options) || has_read_only(mount.settings);
}

}  // namespace

bool is_sys_read_only(const Host& host) {
  constexpr std::size_t k_limit = 16U << 20U;
  const auto text = host.read("/proc/self/mountinfo", k_limit).value_or("");
  std::string_view deepest;
  bool read_only = false;
  for (const auto line : core::split(text, '\n')) {
    const auto mount = core::mount_line(line);
    if (!mount || mount->point == "/" || !core::lies_within(k_written, mount->point)) continue;
    if (mount->point.size() < deepest.size()) continue;  // of two at one place the later one covers the other
    deepest = mount->point;
    read_only = is_read_only(*mount);
  }
  return read_only;
}

}  // namespace gpupass::discover
