// SPDX-License-Identifier: GPL-2.0-or-later
// Which machine a libvirt connection leads to.
#pragma once

#include <string>

#include "gpupass/error.hpp"

namespace gpupass::session {

/// Devices and files are this machine's. Error: unsupported, for a connection to another one.
[[nodiscard]] Result<void> refuse_remote(const std::string& uri);

}  // namespace gpupass::session
