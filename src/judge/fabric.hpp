// SPDX-License-Identifier: GPL-2.0-or-later
// GPUs that reach each other through NVSwitches, as on NVIDIA's HGX boards. NVIDIA knows two ways to give
// them to guests. Full passthrough: one guest has all GPUs and all switches, and Fabric Manager runs in it.
// Shared NVSwitch: the switches stay with the host (or a guest of their own), where Fabric Manager runs and
// activates a partition of the GPUs for each guest before it starts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gpupass/finding.hpp"

namespace gpupass::judge {

struct Fabric {
  std::vector<PciAddress> gpus, switches;  // none of either where the machine has no NVSwitch
};

[[nodiscard]] Fabric fabric_of(const Inventory& inventory);

/// NVIDIA's class 0680 below a port. Its chipsets of long ago have that class, too, on the root bus.
[[nodiscard]] bool is_nvswitch(const Device& device);

/// The target has every GPU and every switch of a machine that has switches.
[[nodiscard]] bool is_full_passthrough(const Inventory& inventory, const Target& target);

/// Fabric Manager's process; the kernel cuts a name to 15 characters.
constexpr std::string_view k_fabric_manager = "nv-fabricmanage";

/// What makes it release the device of the target's functions. To stop it is right for full passthrough only.
[[nodiscard]] std::string remedy_for_fabric_manager(const Inventory& inventory, const Target& target);

}  // namespace gpupass::judge
