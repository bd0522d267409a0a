// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/estimate.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace gpupass::study {
namespace {

TEST(Estimate, OfPairsIsStudents) {
  // Differences 1, 2, 3: mean 2, standard error 1/√3, t(0.975; 2) = 4.3027.
  const auto found = estimate({true, {1, 1, 1}, {2, 3, 4}});
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->difference, 2);
  EXPECT_DOUBLE_EQ(found->standard_error, 1 / std::sqrt(3.0));
  EXPECT_DOUBLE_EQ(found->freedom, 2);
  const auto reach = interval(*found, 0.95);
  EXPECT_NEAR(reach.low, 2 - 4.302653 / std::sqrt(3.0), 1e-5);
  EXPECT_NEAR(reach.high, 2 + 4.302653 / std::sqrt(3.0), 1e-5);
}

TEST(Estimate, WithoutBlocksIsWelchs) {
  // Variances 1 and 4 of three values each: error √(5/3), freedom (5/3)² ÷ ((1/3)²/2 + (4/3)²/2) = 50/17.
  const auto found = estimate({false, {1, 2, 3}, {8, 10, 12}});
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->difference, 8);
  EXPECT_NEAR(found->standard_error, std::sqrt(5.0 / 3), 1e-12);
  EXPECT_NEAR(found->freedom, 50.0 / 17, 1e-12);
}

TEST(Estimate, NeedsTwoReplicatesOnASide) {
  EXPECT_FALSE(estimate({true, {1}, {2}}));
  EXPECT_FALSE(estimate({false, {1, 2, 3}, {2}}));
  EXPECT_FALSE(estimate({false, {}, {1, 2}}));
}

TEST(Estimate, OfEqualDifferencesIsAPoint) {
  const auto found = estimate({false, {1, 1}, {3, 3}});
  ASSERT_TRUE(found);
  const auto reach = interval(*found, 0.95);
  EXPECT_EQ(reach, (Interval{2, 2}));
  EXPECT_EQ(p_beyond(*found, 1), 0);
  EXPECT_EQ(p_beyond(*found, 2), 1);
}

TEST(Estimate, IsBeyondAMarginAsSurelyAsItsIntervalSays) {
  // Where the interval's end touches the margin, the one-sided p is half of what the interval leaves out.
  const Estimate found{0.03, 0.01, 9};
  const double margin = interval(found, 0.95).low;
  EXPECT_NEAR(p_beyond(found, margin), 0.025, 1e-9);
  EXPECT_NEAR(p_beyond({-0.03, 0.01, 9}, margin), 0.025, 1e-9);
  EXPECT_DOUBLE_EQ(p_beyond(found, 0.03), 0.5);
  EXPECT_GT(p_beyond(found, 0.05), 0.5);
}

TEST(Bootstrap, AgreesWithStudentWhereThereAreMany) {
  Costs costs{false, {}, {}};
  for (int i = 0; i < 200; ++i) {
    costs.baseline.push_back(std::sin(i * 1.7));
    costs.candidate.push_back(0.5 + std::sin(i * 2.3 + 1));
  }
  const auto by_t = interval(*estimate(costs), 0.95);
  const auto drawn = bootstrap(costs, 0.95, 4000, 7);
  EXPECT_NEAR(drawn.low, by_t.low, 0.02);
  EXPECT_NEAR(drawn.high, by_t.high, 0.02);
}

TEST(Bootstrap, DrawsWholeBlocks) {
  // The blocks differ much among themselves and not at all within: only pairs know.
  const Costs costs{true, {1, 5, 9, 2}, {1.5, 5.5, 9.5, 2.5}};
  EXPECT_EQ(bootstrap(costs, 0.95, 500, 1), (Interval{0.5, 0.5}));
  const auto without = bootstrap({false, costs.baseline, costs.candidate}, 0.95, 500, 1);
  EXPECT_LT(without.low, 0);
  EXPECT_GT(without.high, 1);
}

TEST(Bootstrap, IsTheSameForTheSameSeed) {
  const Costs costs{false, {1, 2, 4, 8}, {2, 3, 5, 7}};
  EXPECT_EQ(bootstrap(costs, 0.95, 300, 5), bootstrap(costs, 0.95, 300, 5));
  EXPECT_NE(bootstrap(costs, 0.95, 300, 5), bootstrap(costs, 0.95, 300, 6));
}

}  // namespace
}  // namespace gpupass::study
