// SPDX-License-Identifier: GPL-2.0-or-later
// Asking the rules.
#pragma once

#include <vector>

#include "gpupass/finding.hpp"

namespace gpupass::judge {

/// Runs the rules that are asked on an occasion on an inventory that was read with its holders. Findings in
/// the order of the rules, then of the functions.
[[nodiscard]] std::vector<Finding> findings_of(const Inventory& inventory, const Target& target,
                                               Occasion occasion = Occasion::doctor);

/// What blocks, whatever a person agrees to.
[[nodiscard]] bool is_refusal(const Finding& finding);

/// What of findings_of() blocks.
[[nodiscard]] std::vector<Finding> obstacles(const Inventory& inventory, const Target& target,
                                             Occasion occasion);

/// The weightiest severity among findings; fine for none.
[[nodiscard]] Severity worst(const std::vector<Finding>& findings);

}  // namespace gpupass::judge
