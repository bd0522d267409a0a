// SPDX-License-Identifier: GPL-2.0-or-later
// What is in the way of functions that are to be taken or given back, and what a person is told besides.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gpupass/finding.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/plan.hpp"
#include "gpupass/session/change.hpp"

namespace gpupass::session {

/// Only of weight for a card that goes into a guest, which a bare bind does not say.
inline const std::set<std::string> k_rules_for_guests = {"group-viable", "kvm-usable", "interrupt-remapping"};

/// Endpoints of the functions' groups that are not among them and not on a vfio driver.
[[nodiscard]] Functions strangers(const Inventory& inventory, const Functions& functions);

/// What is said of companions of a graphics card among the functions that stay with the host; empty where
/// none do.
[[nodiscard]] std::string companion_note(const Inventory& inventory, const Functions& functions);

/// What is said of strangers after the functions were bound; empty for none.
[[nodiscard]] std::string group_note(const Inventory& inventory, const Functions& functions);

/// Findings of these functions that block, except from the rules named.
[[nodiscard]] std::vector<Finding> obstacles(const Inventory& inventory, const Functions& functions,
                                             const std::set<std::string>& without = {});

/// Who has the functions' groups open: a guest, or another program. To unbind them would wait until it
/// lets go.
[[nodiscard]] std::vector<Finding> users_of_vfio(const Inventory& inventory, const Functions& functions);
/// What keeps functions from being given back as planned: these users, and a /sys that cannot be written.
[[nodiscard]] std::vector<Finding> obstacles_to_return(const Inventory& inventory, const Plan& plan,
                                                       const Functions& functions);

}  // namespace gpupass::session
