// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench import: other tools' results as runs.
#include <fmt/format.h>

#include <ostream>

#include "cli/bench.hpp"
#include "cli/bench_files.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/study/formats/nvbandwidth.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_bench_import_usage = "gpupass bench import nvbandwidth FILE [options]";

struct BenchImportOptions {
  std::vector<std::string> words;  // the tool, then its file
  std::string output;
  std::int64_t mebibytes = 512;
  study::NvbandwidthFacts facts{"nvbandwidth", {}, {}, 0};
};

Syntax syntax(BenchImportOptions& options) {
  Syntax syntax(
      k_bench_import_usage,
      "Converts what nvbandwidth printed with --json to a run. It has one value per test, no samples and\n"
      "no time; it counts as one replicate like any other run.");
  syntax.positional("words", options.words);
  syntax.option("output,o", options.output, "FILE", "write to this file, not to standard output");
  syntax.option("buffer", options.mebibytes, "MIB",
                "the --bufferSize that nvbandwidth was given, which its file does not say");
  syntax.option("role", options.facts.role, "NAME", "the role of what was measured: host, guest, …");
  syntax.option("block", options.facts.block, "N", "the block of the experiment to which it belongs");
  return syntax;
}

}  // namespace

Result<int> bench_import(Context& context, const std::vector<std::string>& arguments) {
  BenchImportOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  auto& [words, output, mebibytes, facts] = options;
  if (words.size() != 2 || words[0] != "nvbandwidth")
    return fail(ErrorKind::usage, "no tool and no file are named",
                fmt::format("usage: {}", k_bench_import_usage));
  if (mebibytes < 1 || mebibytes > 1 << 20)
    return fail(ErrorKind::usage, fmt::format("--buffer {}: is not a size in MiB", mebibytes),
                "give the --bufferSize that nvbandwidth was given: 1 to 1048576");
  auto text = study::read_input(words[1]);
  if (!text) {
    text.error().hint = "`nvbandwidth --json > FILE` writes such a file";
    return Failure(text.error());
  }
  facts.started = core::iso_time(context.host.now());
  facts.buffer_bytes = mebibytes << 20U;
  auto run = study::from_nvbandwidth(*text, facts);
  if (!run) return within(words[1], run.error());
  return print_or_write(context, output, bench::to_json(*run).dump(1) + "\n");
}

}  // namespace gpupass::cli
