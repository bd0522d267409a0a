// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "bench/progress.hpp"
#include "bench/support/example.hpp"

namespace gpupass::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RunText, ShowsWhatWasMeasuredAndSaysOnceWhyTheRestWasNot) {
  auto run = test::example_run();
  auto another = run.benchmarks[1];
  another.id = "p2p.latency";
  run.benchmarks.push_back(another);
  EXPECT_EQ(text_of(run, 100, false),
            "CASE                   STATUS     MEDIAN        P99  SPREAD  OF CEILING\n"
            "h2d.pinned/bytes=4096  passed  32.8 GB/s  29.8 GB/s   5.1 %      52.0 %\n"
            "\n"
            "waived: there is one card\n"
            "  p2p.copy, p2p.latency\n");
}

TEST(RunText, NamesAGateThatDidNotHold) {
  auto run = test::example_run();
  EXPECT_THAT(text_of(run, 100, false), Not(HasSubstr("clock_drift_ppm")));
  run.gates[0].pass = false;
  run.gates[0].reason = "steered";
  EXPECT_THAT(text_of(run, 100, false), HasSubstr("not to be relied on: clock_drift_ppm: steered\n"));
}

TEST(CaseList, IsJsonWithWhatTheTableSays) {
  const auto json = nlohmann::json::parse(json_of({{&cases().back(), "no card"}}));
  EXPECT_EQ(json["cases"][0]["id"], std::string(cases().back().id));
  EXPECT_EQ(json["cases"][0]["missing"], "no card");
}

TEST(Progress, IsOneLineThatIsWipedAtTheEnd) {
  std::ostringstream out;
  {
    Progress progress(out, 20);
    progress.begins(1, 2, "cpu.timer");
    progress.measured("passed cpu.timer and more");
  }
  EXPECT_EQ(out.str(), "\r\x1b[K1/2 cpu.timer\r\x1b[K1/2 cpu.timer: pas…\r\x1b[K");
}

TEST(Progress, IsNothingWithoutATerminal) {
  std::ostringstream out;
  Progress(out, 0).begins(1, 2, "cpu.timer");
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace gpupass::bench
