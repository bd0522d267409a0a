// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/comparison.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace gpupass::bench::cuda {
namespace {

TEST(Comparison, CountsEveryElementAndRemembersTheFirstThatDiffers) {
  Comparison comparison("every element");
  comparison.equal("element", 0, std::uint32_t{7}, std::uint32_t{7});
  comparison.equal("element", 1, std::uint32_t{8}, std::uint32_t{7});
  comparison.equal("element", 2, std::uint32_t{9}, std::uint32_t{7});
  EXPECT_EQ(comparison.check(), (Check{"every element", 3, 2, "element 1: 8 for 7"}));
}

TEST(Comparison, TellsDoublesApartByTheirLastBit) {
  Comparison comparison("");
  comparison.equal("sum", 0, 1.0, 1.0);
  comparison.equal("sum", 1, 1.0 + std::numeric_limits<double>::epsilon(), 1.0);
  EXPECT_EQ(comparison.check().errors, 1);
  EXPECT_EQ(comparison.check().first_error, "sum 1: 1.0000000000000002 for 1");
}

TEST(Comparison, PoisonIsNeverWithinATolerance) {
  Comparison comparison("");
  comparison.within("x", 0, 1.5, 1, 0.5);
  comparison.within("x", 1, 1.75, 1, 0.5);
  comparison.within("x", 2, std::numeric_limits<double>::quiet_NaN(), 1, 0.5);
  EXPECT_EQ(comparison.check().errors, 2);
  EXPECT_EQ(comparison.check().first_error, "x 1: 1.75 for 1 ± 0.5");
}

}  // namespace
}  // namespace gpupass::bench::cuda
