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

/// What a person has to agree to, a paragraph each, with what helps.
[[nodiscard]] std::string question_text(const std::vector<Finding>& findings, int columns);

/// A step as it goes: what it does at its begin, what came of it behind that.
[[nodiscard]] std::string step_text(const StepEvent& event);
[[nodiscard]] core::Json to_json(const StepEvent& event);

/// What is so in the end; on a dry run, the steps there and back.
[[nodiscard]] std::string done_text(const Done& done, bool dry_run, int columns);
/// `events`: those of the run.
[[nodiscard]] core::Json to_json(const Done& done, bool dry_run, core::Json events);

}  // namespace gpupass::report
