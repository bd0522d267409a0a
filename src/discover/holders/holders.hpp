// SPDX-License-Identifier: GPL-2.0-or-later
// What the readers of each kind of holder share.
#pragma once

#include <optional>
#include <string_view>

#include "discover/problems.hpp"

namespace gpupass::discovery {

using Holders = std::vector<Holder>;

/// The PCI function that a device of sysfs belongs to: the last that its path goes through, as
/// /sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0 goes through 0000:01:00.0.
[[nodiscard]] std::optional<PciAddress> function_of(std::string_view sysfs_path);

/// Processes that have a device node open. Returns whether all processes could be looked into.
[[nodiscard]] bool read_processes(const Host& host, const Inventory& inventory, Holders& holders,
                                  Problems& problems);
/// File systems that are mounted and swap that is in use on disks.
void read_disks(const Host& host, Holders& holders, Problems& problems);
/// Routes through network interfaces.
void read_routes(const Host& host, Holders& holders, Problems& problems);
/// Framebuffers, and consoles of the kernel.
void read_consoles(const Host& host, const Inventory& inventory, Holders& holders);

}  // namespace gpupass::discovery
