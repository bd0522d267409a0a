// SPDX-License-Identifier: GPL-2.0-or-later
// IOMMU groups and whether they can be passed through, as text and as JSON.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/judge/group_view.hpp"

namespace gpupass::report {

using judge::GroupView;

/// A table, and a sentence for each group that something is in the way of and for each wanted function that
/// is in none; why there are no groups, with the remedy.
[[nodiscard]] std::string groups_text(const std::vector<GroupView>& groups, const Inventory& inventory,
                                      const std::set<PciAddress>& wanted, int width, bool colour);

/// The document gpupass.groups/1.
[[nodiscard]] core::Json groups_json(const std::vector<GroupView>& groups, const Inventory& inventory);

}  // namespace gpupass::report
