// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "gpupass/host.hpp"

namespace gpupass::discover {

/// Whether the kernel's files that move a device between drivers are on a mount that takes no writes. False,
/// too, where the mounts cannot be read.
[[nodiscard]] bool is_sys_read_only(const Host& host);

}  // namespace gpupass::discover
