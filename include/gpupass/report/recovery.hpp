// SPDX-License-Identifier: GPL-2.0-or-later
// What became of what commands left that did not end: for people, and the document gpupass.recover/1.
#pragma once

#include <string>

#include "gpupass/core/json.hpp"
#include "gpupass/recovery.hpp"

namespace gpupass::report {

// A run, as it goes: what a journal tells of, each step that was done or undone, and how it ended.
[[nodiscard]] std::string recovery_heading(const JournalRecord& journal);
[[nodiscard]] std::string recovery_step(const StepEvent& event);
[[nodiscard]] std::string left_alone_text(const PciAddress& device);
[[nodiscard]] std::string recovery_outcome(const RecoveryReport& report);

/// What is said in the end: of a run, what the lines above do not say; of anything else all of it.
[[nodiscard]] std::string recovery_text(const RecoverySummary& summary);
[[nodiscard]] core::Json to_json(const RecoverySummary& summary);

}  // namespace gpupass::report
