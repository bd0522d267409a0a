// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/bench/measurement.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace gpupass::bench {
namespace {

TEST(Measurement, KeyTellsParametersApartInTheOrderOfTheirNames) {
  Measurement measurement;
  measurement.id = "cpu.tlb";
  EXPECT_EQ(key(measurement), "cpu.tlb");
  measurement.params = {
      {"page", std::int64_t{4096}}, {"bytes", std::int64_t{1} << 30}, {"by", "timer"}, {"x", 0.5}};
  EXPECT_EQ(key(measurement), "cpu.tlb/by=timer/bytes=1073741824/page=4096/x=0.5");
}

TEST(Measurement, ATimeIsDividedByTheWorkAndARateIsWorkByTime) {
  Measurement measurement;
  measurement.samples_ns = {1000, 4000};
  measurement.work = {2, 10};
  measurement.better = Better::lower;
  EXPECT_DOUBLE_EQ(values(measurement)[0], 5e-8);
  EXPECT_DOUBLE_EQ(values(measurement)[1], 2e-7);
  measurement.better = Better::higher;
  EXPECT_DOUBLE_EQ(values(measurement)[0], 2e7);
  EXPECT_DOUBLE_EQ(values(measurement)[1], 5e6);
}

TEST(Summary, QuantilesLieBetweenTheTwoNearest) {
  const auto summary = summarize({40, 10, 30, 20}, Better::lower);
  EXPECT_EQ(summary.n, 4);
  EXPECT_DOUBLE_EQ(summary.min, 10);
  EXPECT_DOUBLE_EQ(summary.q1, 17.5);
  EXPECT_DOUBLE_EQ(summary.median, 25);
  EXPECT_DOUBLE_EQ(summary.q3, 32.5);
  EXPECT_DOUBLE_EQ(summary.max, 40);
}

TEST(Summary, TheBadTailOfTimesIsTheUpperAndOfRatesTheLower) {
  std::vector<double> values(1001);
  std::iota(values.begin(), values.end(), 0);
  EXPECT_DOUBLE_EQ(summarize(values, Better::lower).p99, 990);
  EXPECT_DOUBLE_EQ(summarize(values, Better::lower).p999, 999);
  EXPECT_NEAR(summarize(values, Better::higher).p99, 10, 1e-9);
  EXPECT_NEAR(summarize(values, Better::higher).p999, 1, 1e-9);
}

TEST(Summary, OneValueIsAllOfThem) {
  EXPECT_EQ(summarize({7}, Better::higher), (Summary{1, 7, 7, 7, 7, 7, 7, 7}));
}

}  // namespace
}  // namespace gpupass::bench
