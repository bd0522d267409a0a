// SPDX-License-Identifier: GPL-2.0-or-later
// Plans and holds: for a person, and as JSON for a program, as the journal keeps them, with ids spelled as
// everywhere else.
#pragma once

#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/plan.hpp"

namespace gpupass::report {

[[nodiscard]] core::Json to_json(const Hold& hold);
/// Each step with what it does and what undoes it, in words.
[[nodiscard]] core::Json to_json(const std::vector<Step>& steps);

/// What a dry run says: the steps there, what is so then, and the steps back.
[[nodiscard]] std::string dry_run_text(const Plan& plan, const std::string& outcome, int columns);

}  // namespace gpupass::report
