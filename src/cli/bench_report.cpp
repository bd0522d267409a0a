// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench report: a page to keep and to show.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_files.hpp"
#include "gpupass/study/report/forms.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_bench_report_usage =
    "gpupass bench report BASELINE… [-- CANDIDATE…]… -o FILE [options]";

struct BenchReportOptions {
  std::vector<std::string> runs;
  std::string output;
  study::ComparisonWords comparison;
};

Syntax syntax(BenchReportOptions& options) {
  Syntax syntax(
      k_bench_report_usage,
      "Writes what runs of gpupass-bench say, and how the sides differ: a page of HTML that needs\n"
      "nothing else, or Markdown, CSV, JSON or text, as FILE's extension says. BASELINE and CANDIDATE\n"
      "are files, or folders of them; each -- begins another candidate.");
  syntax.positional("runs", options.runs);
  syntax.option("output,o", options.output, "FILE", "what to write: *.html, *.md, *.csv, *.json, *.txt");
  add_comparison_options(syntax, options.comparison);
  return syntax;
}

}  // namespace

Result<int> bench_report(Context& context, const std::vector<std::string>& arguments) {
  BenchReportOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), with_separator_as_word(arguments)));
  if (!go) return 0;
  auto sides = sides_of(options.runs);
  if (sides.size() == 2 && sides.back().empty()) sides.pop_back();
  const auto& file = options.output;
  const bool nothing = std::ranges::any_of(sides, [](const auto& side) { return side.empty(); });
  if (nothing || file.empty())
    return fail(
        ErrorKind::usage, nothing ? "no runs are named" : "-o FILE is missing",
        fmt::format("usage: {}; `gpupass bench run --out FILE` measures a run", k_bench_report_usage));
  GPUPASS_TRY_ASSIGN(const auto form, study::report_form(file));
  GPUPASS_TRY_ASSIGN(const auto reports, study::reports_of(sides, options.comparison));
  GPUPASS_TRY(context.host.write_output(file, form.write(reports)));
  for (const auto& report : reports) context.terminal.out << study::headline(report.comparison) << "\n";
  context.terminal.out << file << "\n";
  return 0;
}

}  // namespace gpupass::cli
