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

/// A line for each: its severity, what was found and the rule's id, wrapped to the columns; below it
/// what was read and what helps.
[[nodiscard]] std::string findings_text(const std::vector<Finding>& findings, const FindingsView& view);

/// One finding; what it does not have is null.
[[nodiscard]] core::Json to_json(const Finding& finding);
[[nodiscard]] core::Json to_json(const std::vector<Finding>& findings);

/// A paragraph, its own line breaks taken out, in lines of at most `columns`.
[[nodiscard]] std::string reflowed(const std::string& text, std::size_t columns);

/// Text in lines of at most `columns`, broken at blanks, those after the first indented.
[[nodiscard]] std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent);
/// Each line of it so, those after it further in than it begins.
[[nodiscard]] std::string wrapped_lines(const std::string& text, int columns);

}  // namespace gpupass::report
