// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bench_forms.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "gpupass/core/printable.hpp"

namespace gpupass::cli {
namespace {

using study::Reports;

constexpr int k_columns = 110;  // of a text file

constexpr std::array k_forms = {
    ReportForm{".html", study::to_html},
    ReportForm{".md", study::to_markdown},
    ReportForm{".csv", study::to_csv},
    ReportForm{
        ".json",
        [](const Reports& reports) { return core::printable_lines(study::to_json(reports).dump(2)) + "\n"; }},
    ReportForm{".txt", [](const Reports& reports) { return study::to_text(reports, k_columns, false); }},
};

}  // namespace

Result<ReportForm> report_form(const std::string& file) {
  for (const auto& form : k_forms) {
    if (file.ends_with(form.ending)) return form;
  }
  return fail(ErrorKind::usage, fmt::format("-o {}: what form is that?", file),
              "it ends with .html, .md, .csv, .json or .txt");
}

Result<void> check_report(const std::string& file) {
  GPUPASS_TRY(report_form(file));
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (access(folder.c_str(), F_OK) != 0)
    return fail(ErrorKind::not_found, fmt::format("-o {}: there is no folder {}", file, folder.string()),
                "nothing was done; make it first");
  if (access(folder.c_str(), W_OK) == 0) return {};
  return fail(ErrorKind::denied, fmt::format("-o {}: {} cannot be written to", file, folder.string()),
              "nothing was done; name another place");
}

}  // namespace gpupass::cli
