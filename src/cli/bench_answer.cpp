// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bench_answer.hpp"

#include <ostream>

#include "cli/bench_forms.hpp"

namespace gpupass::cli {

Result<study::Reports> reports_of(const Sides& sides, const ComparisonOptions& options) {
  GPUPASS_TRY_ASSIGN(const auto settings, comparison_settings(options));
  GPUPASS_TRY_ASSIGN(auto loaded, load_sides(sides, options));
  return study::make_reports(std::move(loaded), settings);
}

Result<int> answer(Context& context, const Sides& sides, const ComparisonOptions& options,
                   const std::string& file) {
  GPUPASS_TRY_ASSIGN(const auto reports, reports_of(sides, options));
  auto& terminal = context.terminal;
  const auto whole = study::answer_of(reports);
  if (whole) terminal.out << study::to_text(reports, terminal.columns, terminal.colour);
  if (!file.empty()) {
    GPUPASS_TRY_ASSIGN(const auto form, report_form(file));
    GPUPASS_TRY(context.host.write_output(file, form.write(reports)));
    terminal.out << file << "\n";
  }
  return whole ? bench::exit_code(*whole) : 0;
}

}  // namespace gpupass::cli
