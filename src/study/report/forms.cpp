// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/report/forms.hpp"

#include <fmt/format.h>

#include <array>

#include "gpupass/core/printable.hpp"

namespace gpupass::study {
namespace {

constexpr int k_columns = 110;  // of a text file

constexpr std::array k_forms = {
    ReportForm{".html", to_html},
    ReportForm{".md", to_markdown},
    ReportForm{".csv", to_csv},
    ReportForm{".json",
               [](const Reports& reports) { return core::printable_lines(to_json(reports).dump(2)) + "\n"; }},
    ReportForm{".txt", [](const Reports& reports) { return to_text(reports, k_columns, false); }},
};

}  // namespace

Result<ReportForm> report_form(const std::string& file) {
  for (const auto& form : k_forms) {
    if (file.ends_with(form.ending)) return form;
  }
  return fail(ErrorKind::usage, fmt::format("-o {}: the format is not known from this name", file),
              "give a name that ends with .html, .md, .csv, .json or .txt");
}

Result<std::string> reports_as(const std::string& format, const Reports& reports, int columns, bool colour) {
  if (format == "text") return to_text(reports, columns, colour);
  if (format == "json") return to_json(reports).dump(2) + "\n";
  if (format == "markdown") return to_markdown(reports);
  if (format == "csv") return to_csv(reports);
  return fail(ErrorKind::usage, "there is no format '" + format + "'",
              "--format is text, json, markdown or csv");
}

}  // namespace gpupass::study
