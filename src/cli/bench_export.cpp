// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench export: runs for the tools of others.
#include <fmt/format.h>

#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_files.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_bench_export_usage =
    "gpupass bench export google-benchmark|benchstat FILE… [options]";

struct BenchExportOptions {
  std::vector<std::string> words;  // the format, then the runs
  std::string output;
};

Syntax syntax(BenchExportOptions& options) {
  Syntax syntax(
      k_bench_export_usage,
      "Writes runs of gpupass-bench (files, or folders of them) as Google Benchmark's JSON, for its\n"
      "compare.py, or as the text of Go's benchmarks, for benchstat. Both have one value per run.");
  syntax.positional("words", options.words);
  syntax.option("output,o", options.output, "FILE", "write to this file, not to standard output");
  return syntax;
}

}  // namespace

Result<int> bench_export(Context& context, const std::vector<std::string>& arguments) {
  BenchExportOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  const auto& words = options.words;
  if (words.size() < 2)
    return fail(
        ErrorKind::usage, "no runs are named",
        fmt::format("usage: {}; `gpupass bench run --out FILE` measures a run", k_bench_export_usage));
  GPUPASS_TRY_ASSIGN(const auto text, study::exported(words.front(), {words.begin() + 1, words.end()}));
  return print_or_write(context, options.output, text);
}

}  // namespace gpupass::cli
