// SPDX-License-Identifier: GPL-2.0-or-later
// What the actions of `gpupass container` share.
#pragma once

#include "cli/options.hpp"

namespace gpupass::cli {

// One file each.
[[nodiscard]] Function container_list, container_attach, container_detach, container_write, container_remove,
    container_flags;

}  // namespace gpupass::cli
