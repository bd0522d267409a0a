// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "gpupass/error.hpp"

namespace gpupass::virt {

/// Loads libvirt; to be called before any function of it. Error: unsupported, it is not installed.
[[nodiscard]] Result<void> load_libvirt();
/// The same of what is only for guests of QEMU.
[[nodiscard]] Result<void> load_libvirt_qemu();

}  // namespace gpupass::virt
