// SPDX-License-Identifier: GPL-2.0-or-later
// A hold as the text that undoes a change of it.
#pragma once

#include <string>

#include "gpupass/device_name.hpp"
#include "gpupass/host.hpp"

namespace gpupass::apply {

/// Empty if there is none.
[[nodiscard]] Result<std::string> hold_text(const Host& host, const DeviceName& device);
/// Writes what hold_text() gave before, or removes it.
[[nodiscard]] Result<WriteEnd> restore_hold(Host& host, const DeviceName& device, const std::string& before);

}  // namespace gpupass::apply
