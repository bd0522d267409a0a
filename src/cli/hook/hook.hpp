// SPDX-License-Identifier: GPL-2.0-or-later
// What the actions of `gpupass hook` share.
#pragma once

#include "cli/options.hpp"

namespace gpupass::cli {

// One file each, but for those that look after the hook file.
[[nodiscard]] Function hook_install, hook_uninstall, hook_status, hook_check, hook_run;

}  // namespace gpupass::cli
