// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench_report/units.hpp"

#include <gtest/gtest.h>

namespace gpupass::bench_report {
namespace {

TEST(Units, HaveThreeDigitsAndAPrefix) {
  EXPECT_EQ(quantity(55.12e9, "B/s"), "55.1 GB/s");
  EXPECT_EQ(quantity(1.2e-6, "s"), "1.20 µs");
  EXPECT_EQ(quantity(798e12, "FLOP/s"), "798 TFLOP/s");
  EXPECT_EQ(quantity(999.9e3, "B/s"), "1.00 MB/s");
  EXPECT_EQ(quantity(9.996, "s"), "10.0 s");
  EXPECT_EQ(quantity(0, "s"), "0 s");
  EXPECT_EQ(quantity(6.5e6, "1/s"), "6.50 M/s");
}

TEST(Units, OfAnIntervalAreThoseOfItsValue) {
  EXPECT_EQ(quantity(55.1e9, bench::Interval{54.9e9, 55.3e9}, "B/s"), "55.1 [54.9, 55.3] GB/s");
  EXPECT_EQ(quantity(999e3, bench::Interval{990e3, 1.01e6}, "B/s"), "999 [990, 1010] kB/s");
  EXPECT_EQ(quantity(3.0123e12, bench::Interval{3.0121e12, 3.0125e12}, "B/s"),
            "3.0123 [3.0121, 3.0125] TB/s");
  EXPECT_EQ(quantity(2e-3, std::nullopt, "s"), "2.00 ms");
}

TEST(Units, OfP) {
  EXPECT_EQ(p_value(0.0312), "0.031");
  EXPECT_EQ(p_value(0.0009), "< 0.001");
}

}  // namespace
}  // namespace gpupass::bench_report
