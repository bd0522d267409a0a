// SPDX-License-Identifier: GPL-2.0-or-later
// The forms that a report can be written in, by the ending of its file's name.
#pragma once

#include <string>

#include "gpupass/error.hpp"
#include "gpupass/study/report/formats.hpp"

namespace gpupass::cli {

struct ReportForm {
  const char* ending;
  std::string (*write)(const study::Reports&);
};
/// Error: usage, naming the endings.
[[nodiscard]] Result<ReportForm> report_form(const std::string& file);
/// For a report that is written after hours: its form, and whether it could be written now. Errors: usage,
/// not_found, denied.
[[nodiscard]] Result<void> check_report(const std::string& file);

}  // namespace gpupass::cli
