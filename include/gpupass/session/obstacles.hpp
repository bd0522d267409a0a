// SPDX-License-Identifier: GPL-2.0-or-later
// What is in the way of functions that are to be taken or returned, and further notes for a person.
#pragma once

#include <string>
#include <vector>

#include "gpupass/finding.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/plan.hpp"
#include "gpupass/session/change.hpp"

namespace gpupass::session {

/// Endpoints of the functions' groups that are not among them and not on a vfio driver.
[[nodiscard]] Functions strangers(const Inventory& inventory, const Functions& functions);

/// What is said of companions of a graphics card among the functions that stay with the host; empty if
/// none do.
[[nodiscard]] std::string companion_note(const Inventory& inventory, const Functions& functions);

/// What is said of strangers after the functions were bound; empty for none.
[[nodiscard]] std::string group_note(const Inventory& inventory, const Functions& functions);

/// What keeps functions from being given back as planned: who has their groups open, a guest or another
/// program, for which an unbinding would wait, and a /sys that cannot be written.
[[nodiscard]] std::vector<Finding> obstacles_to_return(const Inventory& inventory, const Plan& plan,
                                                       const Functions& functions);

}  // namespace gpupass::session
