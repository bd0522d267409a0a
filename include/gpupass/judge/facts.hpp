// SPDX-License-Identifier: GPL-2.0-or-later
// Questions about an inventory that several rules ask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gpupass/finding.hpp"

namespace gpupass::judge {

/// "0000:03:00.0 (Ethernet controller, driver r8169)".
[[nodiscard]] std::string describe(const Device& device);

/// What the architecture was read from, or that it is unknown.
[[nodiscard]] Evidence architecture_of(const Inventory& inventory);
/// "architecture riscv64", "an architecture that is not known".
[[nodiscard]] std::string describe_architecture(const Kernel& kernel);

[[nodiscard]] bool contains(const Target& target, const PciAddress& function);
/// The target's functions that the inventory has, in the target's order.
[[nodiscard]] std::vector<const Device*> devices_of(const Inventory& inventory, const Target& target);

/// What the host uses a device for: "the file system on /", "swap on /dev/sda2", "the default route
/// through eth0". Not of consoles.
[[nodiscard]] std::string describe_use(const Holder& holder);

[[nodiscard]] bool is_default_route(const Holder& holder);

/// No driver of the host's is in the way: none is bound, or one that only keeps a place for a guest.
[[nodiscard]] bool is_free_for_vfio(const Device& device);

/// What could not be read at or below these paths, as evidence that something is not known.
[[nodiscard]] std::vector<Evidence> unread(const Inventory& inventory, const std::vector<std::string>& paths);

}  // namespace gpupass::judge
