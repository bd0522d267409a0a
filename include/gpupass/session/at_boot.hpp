// SPDX-License-Identifier: GPL-2.0-or-later
// A device that is bound at each boot, and another one that is at its address now.
#pragma once

#include <string>

#include "gpupass/boot_binding.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::session {

/// What is at the binding's address instead and where the device is; empty if it is there.
[[nodiscard]] std::string displacement(const Inventory& inventory, const BootBinding& binding);
/// The commands that mend it.
[[nodiscard]] std::string mending(const Inventory& inventory, const BootBinding& binding);

}  // namespace gpupass::session
