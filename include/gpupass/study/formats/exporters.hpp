// SPDX-License-Identifier: GPL-2.0-or-later
// Runs in the formats of well-known tools. Both have one value per run, its median, so that the tests of
// those tools compare runs, not the samples within one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gpupass/bench/run.hpp"

namespace gpupass::study {

/// JSON as Google Benchmark writes it, for its tools/compare.py. What was not measured is left
/// out: they would take it for a time of zero.
[[nodiscard]] nlohmann::ordered_json to_google_benchmark(const std::vector<bench::Run>& runs);

/// Text as Go's benchmarks print it, for benchstat. What was not measured is a comment.
[[nodiscard]] std::string to_benchstat(const std::vector<bench::Run>& runs);

}  // namespace gpupass::study
