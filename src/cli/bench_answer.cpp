// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bench_answer.hpp"

#include <ostream>

#include "cli/bench_forms.hpp"

namespace gpupass::cli {

Result<study::Report> report_of(const Sides& sides, const ComparisonOptions& options) {
  GPUPASS_TRY_ASSIGN(const auto settings, comparison_settings(options));
  GPUPASS_TRY_ASSIGN(auto loaded, load_sides(sides, options));
  return study::make_report(std::move(loaded.baseline), std::move(loaded.candidate), settings);
}

Result<int> answer(Context& context, const Sides& sides, const ComparisonOptions& options,
                   const std::string& file) {
  GPUPASS_TRY_ASSIGN(const auto report, report_of(sides, options));
  auto& terminal = context.terminal;
  if (report.comparison.answer) terminal.out << study::to_text(report, terminal.columns, terminal.colour);
  if (!file.empty()) {
    GPUPASS_TRY_ASSIGN(const auto form, report_form(file));
    GPUPASS_TRY(context.host.write_output(file, form.write(report)));
    terminal.out << file << "\n";
  }
  return report.comparison.answer ? bench::exit_code(*report.comparison.answer) : 0;
}

}  // namespace gpupass::cli
