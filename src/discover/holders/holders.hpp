// SPDX-License-Identifier: GPL-2.0-or-later
// What the readers of each kind of holder share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "discover/holders/blocks.hpp"
#include "discover/holders/interfaces.hpp"
#include "discover/holders/mounts.hpp"
#include "discover/holders/routes.hpp"
#include "discover/holders/scan.hpp"
#include "gpupass/discover/problems.hpp"

namespace gpupass::discover {

using Holders = std::vector<Holder>;

/// Processes that have a device node open.
void read_processes(const Host& host, const Inventory& inventory, const Paths& paths, const Blocks& blocks,
                    const Scan& scan, Holders& holders);
/// Containers that run: those with a mount namespace of their own.
[[nodiscard]] std::vector<RunningContainer> read_containers(const Host& host, const Scan& scan);
/// File systems that are mounted and swap that is in use on disks.
void read_disks(const Host& host, const Blocks& blocks, const Mounts& mounts, Holders& holders,
                Problems& problems);
/// Storage layers on disks: LVM, encryption, RAID, bcache, loop devices, ZFS pools.
void read_layers(const Blocks& blocks, Holders& holders);
/// Disks and files that the kernel exports: LIO and NVMe targets.
void read_targets(const Host& host, const Blocks& blocks, const Mounts& mounts, Holders& holders,
                  Problems& problems);
/// Routes through network interfaces; and what else these carry: guests, switches, containers.
void read_routes(const Routes& routes, const Interfaces& interfaces, Holders& holders, Problems& problems);
void read_networks(const Host& host, const Inventory& inventory, const Paths& paths, const Scan& scan,
                   Holders& holders);
/// Framebuffers, and consoles of the kernel.
void read_consoles(const Host& host, const Inventory& inventory, const Paths& paths, Holders& holders);

}  // namespace gpupass::discover
