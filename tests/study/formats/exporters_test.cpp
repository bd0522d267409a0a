// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/formats/exporters.hpp"

#include <gtest/gtest.h>

#include "study/compare/runs.hpp"
#include "support/golden.hpp"

namespace gpupass::study {
namespace {

std::vector<bench::Run> two_runs() {
  std::vector<bench::Run> runs;
  for (const double factor : {1.0, 1.1}) {
    runs.push_back(test::run_of(
        "host", {test::with_bytes(test::bandwidth("h2d.pinned", 50e9 / factor), 1 << 28),
                 test::latency("sync.block", 3e-5 * factor),
                 test::not_measured(test::latency("p2p.latency", 1), bench::Status::waived, "one card")}));
    runs.back().env = {{"cpu", "Example CPU"}, {"vcpus", 16}, {"kernel", "6.1.0"}};
    runs.back().benchmarks[0].params["pages"] = "not huge";
  }
  return runs;
}

TEST(Exporters, WriteWhatGoogleBenchmarkWrites) {
  test::expect_golden("study/formats/expected/google.json", to_google_benchmark(two_runs()).dump(2) + "\n");
}

TEST(Exporters, WriteWhatBenchstatReads) {
  test::expect_golden("study/formats/expected/benchstat.txt", to_benchstat(two_runs()));
}

TEST(Exporters, HaveOneEntryARun) {
  const auto json = to_google_benchmark(two_runs());
  std::size_t copies = 0;
  for (const auto& entry : json["benchmarks"]) {
    if (!entry["name"].get<std::string>().starts_with("h2d.pinned")) continue;
    EXPECT_EQ(entry["repetitions"], 2);
    EXPECT_EQ(entry["repetition_index"], copies++);
    // A gigabyte an iteration.
    EXPECT_NEAR(entry["real_time"].get<double>(), 1e9 / entry["bytes_per_second"].get<double>() * 1e9, 1);
  }
  EXPECT_EQ(copies, 2U);
}

}  // namespace
}  // namespace gpupass::study
