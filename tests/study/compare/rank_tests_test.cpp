// SPDX-License-Identifier: GPL-2.0-or-later
// Against the definition: every way in which the signs or the sides could have fallen, counted.
#include "study/compare/rank_tests.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace gpupass::study {
namespace {

double rank(double value, const std::vector<double>& values) {
  double below = 0, same = 0;
  for (const double other : values) {
    below += other < value ? 1 : 0;
    same += other == value ? 1 : 0;
  }
  return below + (same + 1) / 2;
}

/// Share of the 2ⁿ ways whose sums are at least as far to the observed one's side, twice.
double two_sided(const std::vector<double>& sums, double observed) {
  double up_to = 0, from = 0;
  for (const double sum : sums) {
    up_to += sum <= observed + 1e-9 ? 1 : 0;
    from += sum >= observed - 1e-9 ? 1 : 0;
  }
  return std::min(1.0, 2 * std::min(up_to, from) / static_cast<double>(sums.size()));
}

double signed_rank_by_counting(const std::vector<double>& differences) {
  std::vector<double> sizes;
  for (const double difference : differences) sizes.push_back(std::abs(difference));
  std::vector<double> sums;
  for (unsigned signs = 0; signs < 1U << sizes.size(); ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) sum += (signs >> i & 1U) != 0 ? rank(sizes[i], sizes) : 0;
    sums.push_back(sum);
  }
  double observed = 0;
  for (const double difference : differences)
    observed += difference > 0 ? rank(std::abs(difference), sizes) : 0;
  return two_sided(sums, observed);
}

double rank_sum_by_counting(const std::vector<double>& a, const std::vector<double>& b) {
  auto all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::vector<bool> first(all.size(), false);
  std::fill(first.end() - static_cast<std::ptrdiff_t>(a.size()), first.end(), true);
  std::vector<double> sums;
  do {
    double sum = 0;
    for (std::size_t i = 0; i < all.size(); ++i) sum += first[i] ? rank(all[i], all) : 0;
    sums.push_back(sum);
  } while (std::next_permutation(first.begin(), first.end()));
  double observed = 0;
  for (const double value : a) observed += rank(value, all);
  return two_sided(sums, observed);
}

TEST(SignedRanks, CountEveryWay) {
  for (const auto& differences : {std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
                                  {0.3, -0.1, 0.7, 0.2, -0.9, 0.4},
                                  {1, 1, -1, 2, 2, 2, -3},  // ties share their ranks
                                  {-5, -4, -3}}) {
    EXPECT_NEAR(signed_rank_p(differences), signed_rank_by_counting(differences), 1e-12);
  }
  EXPECT_NEAR(signed_rank_p({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), 2.0 / 1024, 1e-15);
}

TEST(SignedRanks, LeaveOutPairsWithoutDifference) {
  EXPECT_EQ(signed_rank_p({0, 0, 0}), 1);
  EXPECT_EQ(signed_rank_p({}), 1);
  EXPECT_DOUBLE_EQ(signed_rank_p({0, 1, 2, 0, 3, -4}), signed_rank_p({1, 2, 3, -4}));
}

TEST(RankSums, CountEveryWay) {
  const std::vector<std::pair<std::vector<double>, std::vector<double>>> cases = {
      {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}}, {{1, 4, 2.5}, {3, 2, 8, 7}}, {{1, 1, 2}, {2, 2, 3, 1}}};
  for (const auto& [a, b] : cases) EXPECT_NEAR(rank_sum_p(a, b), rank_sum_by_counting(a, b), 1e-12);
  EXPECT_NEAR(rank_sum_p({1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}), 2.0 / 252, 1e-15);
  EXPECT_EQ(rank_sum_p({}, {1, 2}), 1);
}

/// The 300 and the 30 of each side that a formula and exact counting are asked about.
std::vector<double> wave(std::size_t count, double shift) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(std::sin(1.3 * static_cast<double>(i)) + shift);
  return values;
}

TEST(RankTests, GoOnWithTheNormalDistributionWhereExactOnesEnd) {
  EXPECT_NEAR(signed_rank_p(wave(200, 0.1)) / signed_rank_p(wave(201, 0.1)), 1, 0.2);
  EXPECT_NEAR(rank_sum_p(wave(30, 0), wave(30, 0.4)) / rank_sum_p(wave(30, 0), wave(31, 0.4)), 1, 0.6);
  EXPECT_LT(signed_rank_p(wave(300, 0.5)), 1e-6);
}

TEST(Holm, StepsDown) {
  EXPECT_THAT(holm({0.01, 0.04, 0.03, 0.005}),
              testing::ElementsAre(testing::DoubleEq(0.03), testing::DoubleEq(0.06), testing::DoubleEq(0.06),
                                   testing::DoubleEq(0.02)));
  EXPECT_THAT(holm({0.5, 0.9}), testing::ElementsAre(1, 1));
  EXPECT_TRUE(holm({}).empty());
}

}  // namespace
}  // namespace gpupass::study
