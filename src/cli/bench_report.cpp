// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench report: a page to keep and to show.
#include <fmt/format.h>

#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_answer.hpp"
#include "cli/bench_forms.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_usage = "gpupass bench report HOST… [-- GUEST…] -o FILE [options]";

struct Options {
  std::vector<std::string> runs;
  std::string output;
  ComparisonOptions comparison;
};

Syntax syntax(Options& options) {
  Syntax syntax(
      k_usage,
      "Writes what runs of gpupass-bench say, and how the sides differ: a page of HTML that needs "
      "nothing\nelse, or Markdown, CSV, JSON or text, as FILE's ending says. HOST and GUEST are files, "
      "or folders\nof them.");
  syntax.positional("runs", options.runs);
  syntax.option("output,o", options.output, "FILE", "what to write: *.html, *.md, *.csv, *.json, *.txt");
  add_comparison_options(syntax, options.comparison);
  return syntax;
}

}  // namespace

Result<int> bench_report(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), with_separator_as_word(arguments)));
  if (!go) return 0;
  const auto sides = sides_of(options.runs);
  const auto& file = options.output;
  if (sides.baseline.empty() || file.empty())
    return fail(ErrorKind::usage, sides.baseline.empty() ? "of which runs?" : "-o FILE is missing",
                fmt::format("usage: {}; `gpupass bench run --out FILE` measures a run", k_usage));
  GPUPASS_TRY_ASSIGN(const auto form, report_form(file));
  GPUPASS_TRY_ASSIGN(const auto report, report_of(sides, options.comparison));
  GPUPASS_TRY(context.host.write_output(file, form.write(report)));
  context.terminal.out << study::headline(report.comparison) << "\n" << file << "\n";
  return 0;
}

}  // namespace gpupass::cli
