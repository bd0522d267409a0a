// SPDX-License-Identifier: GPL-2.0-or-later
// IOMMU groups and whether they can be passed through, as text and as JSON.
#pragma once

#include "gpupass/core/json.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::report {

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

/// A table, and a sentence for each group that something is in the way of.
[[nodiscard]] std::string groups_text(const std::vector<GroupView>& groups, int width, bool colour);

/// Why there are no groups, in a sentence with what helps; empty where the IOMMU is in use.
[[nodiscard]] std::string no_groups_text(const Iommu& iommu);

/// The document gpupass.groups/1.
[[nodiscard]] core::Json groups_json(const std::vector<GroupView>& groups, const Inventory& inventory);

}  // namespace gpupass::report
