// SPDX-License-Identifier: GPL-2.0-or-later
// Machines that guests are made on, as literals: what discovery would have read.
#pragma once

#include <string>

#include "gpupass/guest.hpp"

namespace gpupass::test {

struct GuestMachine {
  Inventory inventory;
  HostTopology topology;
};

/// "desktop": 8 cores with 2 threads, 64 GiB, one node; 0000:01:00 is a card of 24 GB with its sound.
/// "hybrid": 6 large cores with 2 threads and 8 small ones; the desktop's card.
/// "workstation": the desktop, with a card of 80 GB in place of its own.
/// "server": two sockets with 56 cores of 2 threads and 1 TiB each; eight cards of 80 GB, 0000:18:00.0 to
/// 0000:3b:00.0 on node 0 and 0000:9a:00.0 to 0000:bb:00.0 on node 1; 512 pages of 1 GiB free on each node.
/// "amd": one socket with 4 nodes of 16 cores; 0000:c1:00, with 4 functions, on node 2.
/// "arm": one socket with 80 cores of arm64, 256 GiB; 0000:01:00.0 is a card of 48 GB.
/// "laptop": 4 cores, 16 GiB; the graphics of the processor alone.
[[nodiscard]] GuestMachine guest_machine(const std::string& name);

}  // namespace gpupass::test
