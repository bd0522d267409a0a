// SPDX-License-Identifier: GPL-2.0-or-later
// What a device node is to the kernel: its number. Its name is for people; a container may have another.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "gpupass/host.hpp"

namespace gpupass::sys {

struct DeviceNode {
  std::string number;  // "195:0"
  mode_t mode = 0;     // permissions
  gid_t group = 0;
  bool operator==(const DeviceNode&) const = default;
};

/// The character device at a path; nothing if there is none. In a tree that stands for a machine, which
/// can hold none, a file says what it is: "c 195:0 0666 0" (number, mode, group).
[[nodiscard]] std::optional<DeviceNode> device_node(const Host& host, std::string_view path);

}  // namespace gpupass::sys
