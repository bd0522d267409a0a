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

constexpr const char* k_usage = "gpupass bench import nvbandwidth FILE [options]";

Syntax syntax() {
  Syntax syntax{
      k_usage,
      "Makes a run of what nvbandwidth printed with --json. That has one value a test, no samples and no\n"
      "time: a run counts as one replicate like any other.",
      {},
      {{"words", -1}}};
  auto add = syntax.options.add_options();
  add("output,o", po::value<std::string>()->value_name("FILE"), "write it there, not to the terminal");
  add("buffer", po::value<std::int64_t>()->default_value(512)->value_name("MIB"),
      "the --bufferSize that nvbandwidth was given, which its file does not say");
  add("role", po::value<std::string>()->default_value("nvbandwidth")->value_name("NAME"),
      "what was measured: host, guest, …");
  add("block", po::value<std::int64_t>()->value_name("N"), "which block of the experiment it belongs to");
  return syntax;
}

}  // namespace

Result<int> bench_import(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  const auto words = values->count("words") == 0 ? std::vector<std::string>{}
                                                 : (*values)["words"].as<std::vector<std::string>>();
  const auto mebibytes = (*values)["buffer"].as<std::int64_t>();
  if (words.size() != 2 || words[0] != "nvbandwidth")
    return fail(ErrorKind::usage, "which tool's file?", fmt::format("usage: {}", k_usage));
  if (mebibytes < 1 || mebibytes > 1 << 20)
    return fail(ErrorKind::usage, fmt::format("--buffer {}: is no size in MiB", mebibytes),
                "give what nvbandwidth was given with --bufferSize: 1 to 1048576");
  auto text = read_input(words[1]);
  if (!text) {
    text.error().hint = "`nvbandwidth --json > FILE` writes such a file";
    return Failure(text.error());
  }
  study::NvbandwidthFacts facts;
  facts.role = (*values)["role"].as<std::string>();
  if (values->count("block") > 0) facts.block = (*values)["block"].as<std::int64_t>();
  facts.started = core::iso_time(context.host.now());
  facts.buffer_bytes = mebibytes << 20U;
  auto run = study::from_nvbandwidth(*text, facts);
  if (!run) return within(words[1], run.error());
  const auto json = bench::to_json(*run).dump(1) + "\n";
  if (values->count("output") > 0) {
    GPUPASS_TRY(context.host.write_output((*values)["output"].as<std::string>(), json));
  } else {
    context.terminal.out << json;
  }
  return 0;
}

}  // namespace gpupass::cli
