// SPDX-License-Identifier: GPL-2.0-or-later
// IOMMU groups and whether they can be passed through, as text and as JSON.
#pragma once

#include "gpupass/core/json.hpp"
#include "gpupass/judge/group_view.hpp"

namespace gpupass::report {

using rules::GroupView;

/// A table, and a sentence for each group that something is in the way of.
[[nodiscard]] std::string groups_text(const std::vector<GroupView>& groups, int width, bool colour);

/// Why there are no groups, in a sentence with what helps; empty where the IOMMU is in use.
[[nodiscard]] std::string no_groups_text(const Iommu& iommu);

/// The document gpupass.groups/1.
[[nodiscard]] core::Json groups_json(const std::vector<GroupView>& groups, const Inventory& inventory);

}  // namespace gpupass::report
