// SPDX-License-Identifier: GPL-2.0-or-later
// What is always refused, and what a person may agree to.
#pragma once

#include <vector>

#include "gpupass/session/requester.hpp"

namespace gpupass::session {

/// Error: refused, with each finding that no consent helps against.
[[nodiscard]] Result<void> refuse_impossible(const std::vector<Finding>& findings);

/// Asks the requester to agree to what a person has to decide. Error: refused, with every finding, when
/// something is impossible, the answer is no, nobody can be asked, or it is a dry run: nobody can know what a
/// person would answer.
[[nodiscard]] Result<void> consent(const Manner& manner, const std::vector<Finding>& findings);

}  // namespace gpupass::session
