// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench: what passthrough costs, measured, compared and reported.
#include "cli/bench.hpp"

#include <array>

#include "cli/actions.hpp"

namespace gpupass::cli {
namespace {

constexpr std::array k_actions = {
    Command{"run", "[OPTION…]", "measure this machine with gpupass-bench", bench_run},
    Command{"compare", "BASELINE… -- CANDIDATE…",
            "say how much slower, how surely, and whether within the margin", bench_compare},
    Command{"report", "BASELINE… [-- CANDIDATE…] -o FILE", "write a page with figures and tables",
            bench_report},
    Command{"experiment", "--gpu SELECTOR --arm ARM…", "host, containers and guests in turns, to a report",
            bench_experiment},
    Command{"import", "nvbandwidth FILE", "make a run of another tool's result", bench_import},
    Command{"export", "FORMAT FILE…", "write runs in another tool's format", bench_export},
};

}  // namespace

Result<int> bench(Context& context, const std::vector<std::string>& arguments) {
  return run_action(context, {"bench", "What does passthrough cost?", k_actions}, arguments);
}

}  // namespace gpupass::cli
