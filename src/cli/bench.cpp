// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench: what passthrough costs, measured, compared and reported.
#include "cli/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

namespace gpupass::cli {
namespace {

constexpr std::array k_actions = {
    Command{"run", "[OPTION…]", "measure this machine with gpupass-bench", bench_run},
    Command{"compare", "HOST… -- GUEST…", "say how much slower, how surely, and whether within the margin",
            bench_compare},
    Command{"report", "HOST… [-- GUEST…] -o FILE", "write a page with figures and tables", bench_report},
    Command{"experiment", "--gpu SELECTOR --image IMG", "host and guest in turns, from an image to a report",
            bench_experiment},
    Command{"import", "nvbandwidth FILE", "make a run of another tool's result", bench_import},
    Command{"export", "FORMAT FILE…", "write runs in another tool's format", bench_export},
};

std::string usage() {
  std::string text = "usage: gpupass bench ACTION …\n\nWhat does passthrough cost?\n\n";
  for (const auto& action : k_actions)
    text += fmt::format("  {:<10} {:<27} {}\n", action.name, action.arguments, action.summary);
  return text + "\n`gpupass bench ACTION --help` explains an action.\n";
}

}  // namespace

Result<int> bench(Context& context, const std::vector<std::string>& arguments) {
  const std::string word = arguments.empty() ? "" : arguments.front();
  if (word == "--help" || word == "-h") {
    context.terminal.out << usage();
    return 0;
  }
  const auto* const action =
      std::ranges::find_if(k_actions, [&](const Command& row) { return word == row.name; });
  if (action == k_actions.end())
    return fail(ErrorKind::usage,
                word.empty() ? "run, compare, report, experiment, import or export?"
                             : fmt::format("there is no action '{}'", word),
                "`gpupass bench --help` lists them");
  return action->function(context, {arguments.begin() + 1, arguments.end()});
}

}  // namespace gpupass::cli
