// SPDX-License-Identifier: GPL-2.0-or-later
// The share of a node for a guest that has some of the node's cards: one part per card, and always the same
// parts. So guests with different cards do not overlap, although each is made without looking at the others.
#pragma once

#include "guest/layout.hpp"

namespace gpupass::guest {

/// The node's graphics cards, and which of them (counted from 0, in order of address) the guest has. A guest
/// without one counts as having one more.
struct Share {
  std::vector<std::size_t> mine;
  std::size_t all = 1;
};
[[nodiscard]] Share share_of(const Inventory& inventory, const HostTopology& topology, const Cell& cell);

/// The host's node; the whole machine for -1.
[[nodiscard]] NumaNode part_of_host(const HostTopology& topology, int node);

/// A node's cores: those that guests may have, all with as many threads, and those that the host keeps for
/// its own work, for QEMU and for disks.
struct Cores {
  std::vector<Core> guests;
  std::vector<Core> kept;
};
[[nodiscard]] Cores divide(const NumaNode& node);

/// Cores in the order in which a guest with this share takes them: its own parts, then those of other cards,
/// then the host's.
[[nodiscard]] std::vector<Core> in_order_for(const Share& share, const Cores& cores);
/// How many of those are its own; all of the guests' where there are more cards than cores.
[[nodiscard]] std::size_t own_cores(const Share& share, const Cores& cores);

}  // namespace gpupass::guest
