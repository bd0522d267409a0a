// SPDX-License-Identifier: GPL-2.0-or-later
// The formats of a report: by the extension of its file's name, or by the name of a format.
#pragma once

#include <string>

#include "gpupass/error.hpp"
#include "gpupass/study/report/formats.hpp"

namespace gpupass::study {

struct ReportForm {
  const char* ending;
  std::string (*write)(const Reports&);
};
/// Error: usage, naming the endings.
[[nodiscard]] Result<ReportForm> report_form(const std::string& file);

/// text, for a terminal of so many columns, json, markdown or csv. Error: usage.
[[nodiscard]] Result<std::string> reports_as(const std::string& format, const Reports& reports, int columns,
                                             bool colour);

}  // namespace gpupass::study
