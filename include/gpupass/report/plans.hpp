// SPDX-License-Identifier: GPL-2.0-or-later
// Plans and holds as JSON for a program: as the journal keeps them, with ids spelled as everywhere else.
#pragma once

#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/plan.hpp"

namespace gpupass::report {

[[nodiscard]] core::Json to_json(const Hold& hold);
/// Each step with what it does and what undoes it, in words.
[[nodiscard]] core::Json to_json(const std::vector<Step>& steps);

}  // namespace gpupass::report
