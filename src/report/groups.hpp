// SPDX-License-Identifier: GPL-2.0-or-later
// IOMMU groups and whether they can be passed through, as text and as JSON.
#pragma once

#include "core/json.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::report {

/// What becomes of a member when the group is passed through.
enum class Role {
  passed,      // goes to the guest
  bridge,      // stays on its own driver: it starts no DMA of its own
  free,        // stays, on no driver or on one that keeps a place for guests
  in_the_way,  // an endpoint on a driver of the host's
};

struct GroupView {
  struct Member {
    const Device* device;
    Role role;
  };
  const IommuGroup* group;
  std::vector<Member> members;

  /// False too where there is nothing to pass: only bridges.
  [[nodiscard]] bool can_be_passed() const;
  [[nodiscard]] bool is_blocked() const;
};

/// A table, and a sentence for each member that is in the way.
[[nodiscard]] std::string groups_text(const std::vector<GroupView>& groups, int width, bool colour);

/// Why there are no groups, in a sentence with what helps; empty where the IOMMU is in use.
[[nodiscard]] std::string no_groups_text(const Iommu& iommu);

/// The document gpupass.groups/1.
[[nodiscard]] core::Json groups_json(const std::vector<GroupView>& groups, const Inventory& inventory);

}  // namespace gpupass::report
