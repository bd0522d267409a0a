// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/start.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/run_once.hpp"

namespace gpupass::bench {
namespace {

using testing::HasSubstr;

const Case& row(const char* id) {
  return *std::ranges::find(cases(), id, &Case::id);
}

TEST(Start, IsFromTheMomentThatWasToldUntilThen) {
  Settings settings;
  settings.started = 1'000'000'000;
  const auto measurement = until(row("start.program"), settings, 1'250'000'000).value();
  EXPECT_EQ(measurement.group, Group::start);
  EXPECT_EQ(measurement.samples_ns, std::vector<double>{250e6});
}

TEST(Start, DoesNotBelieveAnotherClock) {
  Settings settings;
  settings.started = 1'000'000'000;
  for (const std::int64_t moment :
       {std::int64_t{999'999'999}, std::int64_t{1'000'000'000}, std::int64_t{90'000} * 1'000'000'000})
    EXPECT_EQ(until(row("start.program"), settings, moment).error().kind, ErrorKind::invalid) << moment;
}

TEST(Start, IsMeasuredWhereAnExperimentAsksWhateverElseIsAsked) {
  auto options = parse_options({"--filter", "cpu.timer", "--group", "processor"}).value();
  EXPECT_FALSE(options.select(row("start.program")));
  options.settings.started = 1;
  EXPECT_TRUE(options.select(row("start.program")));
  EXPECT_TRUE(options.select(row("cpu.timer")));
  EXPECT_FALSE(options.select(row("cpu.syscall")));
  EXPECT_FALSE(parse_options({}).value().select(row("start.first_kernel")));
  EXPECT_EQ(parse_options(words_of(options)).value(), options);
}

TEST(Start, ComesFirstAndCountsForNothingByItself) {
  Host host;
  std::ostream nowhere(nullptr);
  Progress progress(nowhere, 0);
  const auto options =
      parse_options({"--quick", "--filter", "cpu.timer", "--started", std::to_string(moment_ns() - 1)})
          .value();
  auto run = run_once(host, options, progress, [](const bench::Run&) { return Result<>(); }).value();
  ASSERT_EQ(run.benchmarks.size(), 3U);
  EXPECT_EQ(run.benchmarks[2].id, "cpu.timer");
  EXPECT_EQ(run.benchmarks[0].group, Group::start);
  EXPECT_TRUE(any_measured(run));
  run.benchmarks.pop_back();
  EXPECT_TRUE(any_measured(run));                              // nothing else was asked for
  run.benchmarks.push_back(measurement_of(row("cpu.timer")));  // without a sample
  EXPECT_FALSE(any_measured(run));
}

}  // namespace
}  // namespace gpupass::bench
