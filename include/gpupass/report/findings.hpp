// SPDX-License-Identifier: GPL-2.0-or-later
// Findings in words and as JSON.
#pragma once

#include <string>
#include <vector>

#include "gpupass/core/json.hpp"
#include "gpupass/finding.hpp"

namespace gpupass::report {

/// "blocks", "warns", "unmeasured", "fine", as JSON has it.
[[nodiscard]] const char* name(Severity severity);

struct FindingsView {
  int columns = 80;
  bool colour = false;
  bool verbose = false;  // what was read is shown for what is fine, too
};

/// A line for each: its severity, what was found and the rule's id, wrapped to the columns; below it what was
/// read and the remedy.
[[nodiscard]] std::string findings_text(const std::vector<Finding>& findings, const FindingsView& view);

/// One finding; what it does not have is null.
[[nodiscard]] core::Json to_json(const Finding& finding);
[[nodiscard]] core::Json to_json(const std::vector<Finding>& findings);

}  // namespace gpupass::report
