// SPDX-License-Identifier: GPL-2.0-or-later
// A change: what is asked before it, its steps as they are done, and what came of it; for people, and the
// documents gpupass.plan/1 and gpupass.result/1.
#pragma once

#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/done.hpp"
#include "gpupass/finding.hpp"
#include "gpupass/journal_record.hpp"

namespace gpupass::report {

/// What a person has to agree to, one paragraph each, with the remedy.
[[nodiscard]] std::string question_text(const std::vector<Finding>& findings, int columns);

/// A step's progress: what it does when it begins, then its result.
[[nodiscard]] std::string step_text(const StepEvent& event);
[[nodiscard]] core::Json to_json(const StepEvent& event);

/// The final state; on a dry run, the steps and how they are undone.
[[nodiscard]] std::string done_text(const Done& done, bool dry_run, int columns);
/// `events`: those of the run.
[[nodiscard]] core::Json to_json(const Done& done, bool dry_run, core::Json events);

}  // namespace gpupass::report
