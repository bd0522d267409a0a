// SPDX-License-Identifier: GPL-2.0-or-later
// Which members of an IOMMU group would go to a guest, and whether they can.
#pragma once

#include <set>
#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass::judge {

/// What a member of a group is when a card in it is passed through.
enum class Role {
  card,        // a function of the card: goes to the guest
  bridge,      // stays on its own driver: it starts no DMA of its own
  free,        // stays, on no driver or on one that keeps a place for guests
  in_the_way,  // an endpoint on a driver of the host's
  endpoint,    // the same, in a group of which no card is asked for
};

/// Whether a group can be passed through.
enum class Passes {
  yes,
  as_a_whole,  // it holds several cards, which go to one guest together
  no,          // a member is in the way of the card that is asked for, or firmware demands a 1:1 mapping
  nothing,     // it holds only bridges
};

struct GroupView {
  struct Member {
    const Device* device;
    Role role;
  };
  const IommuGroup* group;
  std::vector<Member> members;
  Passes passes;
  bool demanded = false;  // firmware demands memory of it, and the kernel heeds that
};

/// Of the groups that have a wanted function, or of all groups.
[[nodiscard]] std::vector<GroupView> group_views(const Inventory& inventory,
                                                 const std::set<PciAddress>& wanted, bool all);

/// False where a wanted function is in no group, or something is in its way there. The views are those of the
/// wanted functions.
[[nodiscard]] bool all_can_pass(const Inventory& inventory, const std::set<PciAddress>& wanted,
                                const std::vector<GroupView>& views);

}  // namespace gpupass::judge
