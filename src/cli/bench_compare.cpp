// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench compare: the answer on the terminal, or for a program.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_files.hpp"
#include "gpupass/study/report/forms.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_bench_compare_usage =
    "gpupass bench compare BASELINE… -- CANDIDATE… [-- CANDIDATE…] [options]";

using Words = std::vector<std::string>;

struct BenchCompareOptions {
  std::vector<std::string> runs;
  study::ComparisonWords comparison;
  std::string format = "text";
};

Syntax syntax(BenchCompareOptions& options) {
  Syntax syntax(
      k_bench_compare_usage,
      "Compares runs of gpupass-bench: BASELINE and CANDIDATE are files, or folders of them. What\n"
      "follows a -- is compared with what is before the first: host -- guest, host -- docker -- lxc.\n"
      "Exit status 0: within the margin, 13: outside, 14: too uncertain to tell; of several, the worst.");
  syntax.positional("runs", options.runs);
  add_comparison_options(syntax, options.comparison);
  syntax.option("format", options.format, "text|json|markdown|csv", "how to print");
  return syntax;
}

}  // namespace

Result<int> bench_compare(Context& context, const std::vector<std::string>& arguments) {
  BenchCompareOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), with_separator_as_word(arguments)));
  if (!go) return 0;
  const auto sides = sides_of(options.runs);
  if (sides.size() < 2 || std::ranges::any_of(sides, &Words::empty))
    return fail(
        ErrorKind::usage, "at least two sides are needed, with -- between them",
        fmt::format("usage: {}; `gpupass bench run --out FILE` measures a run", k_bench_compare_usage));
  const auto& terminal = context.terminal;
  GPUPASS_TRY_ASSIGN(const auto reports, study::reports_of(sides, options.comparison));
  GPUPASS_TRY_ASSIGN(const auto text,
                     study::reports_as(options.format, reports, terminal.columns, terminal.colour));
  context.terminal.out << text;
  return bench::exit_code(*study::answer_of(reports));
}

}  // namespace gpupass::cli
