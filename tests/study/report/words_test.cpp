// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/words.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "study/compare/effect.hpp"

namespace gpupass::study {
namespace {

bench::Effect effect(double per_cent, double low, double high, double margin) {
  bench::Effect effect;
  const auto logarithm = [](double value) { return std::copysign(std::log1p(std::abs(value) / 100), value); };
  effect.log_ratio = logarithm(per_cent);
  effect.interval = {logarithm(low), logarithm(high)};
  effect.verdict = verdict_of(effect.interval, margin);
  return effect;
}

TEST(Words, SayHowMuchHowSurelyAndAgainstWhat) {
  EXPECT_EQ(sentence("guest", effect(0.4, 0.1, 0.7, 0.01), 0.01),
            "guest is 0.4 % slower [+0.1, +0.7], equivalent within 1 %");
  EXPECT_EQ(sentence("guest", effect(3.1, 2.5, 3.7, 0.01), 0.01),
            "guest is 3.1 % slower [+2.5, +3.7], beyond 1 %");
  EXPECT_EQ(sentence("guest", effect(1.2, 0.3, 2.1, 0.01), 0.01),
            "guest is 1.2 % slower [+0.3, +2.1], too uncertain to tell against 1 %");
}

TEST(Words, CallSlowerPlusWhateverTheDirection) {
  EXPECT_EQ(difference(effect(-2, -3.1, -0.9, 0.005)), "2.0 % faster [-3.1, -0.9]");
  EXPECT_EQ(difference(effect(-0.1, -0.4, 0.2, 0.01)), "0.1 % faster [-0.4, +0.2]");
}

TEST(Words, CountInTimesWherePerCentsSayNothing) {
  EXPECT_EQ(difference(effect(899, 700, 1200, 0.05)), "899 % slower [+700, +1200]");
  EXPECT_EQ(difference(effect(5900, 5400, 6450, 0.05)), "60 times as slow [55, 65.5]");
  EXPECT_EQ(difference(effect(46843, 2764, 769279, 0.05)), "469 times as slow [28.6, 7694]");
  EXPECT_EQ(difference(effect(-1100, -1900, -500, 0.05)), "12 times as fast [6, 20]");
}

TEST(Words, HaveAsManyDigitsAsTheIntervalBears) {
  EXPECT_EQ(difference(effect(0.031, 0.012, 0.05, 0.01)), "0.031 % slower [+0.012, +0.050]");
  EXPECT_EQ(difference(effect(120, 80, 170, 0.01)), "120 % slower [+80, +170]");
  EXPECT_EQ(difference(effect(0, -0.3, 0.3, 0.01)), "0.0 % slower [-0.3, +0.3]");
  EXPECT_EQ(difference(effect(0.2, -0.001, 0.4, 0.01)), "0.20 % slower [0.00, +0.40]");
}

TEST(Words, CallSlowerAndFasterAlikeFarFromNone) {
  EXPECT_DOUBLE_EQ(percent(std::log(2.0)), 100);
  EXPECT_DOUBLE_EQ(percent(-std::log(2.0)), -100);
}

TEST(Words, AreThoseOfASentenceInATable) {
  EXPECT_STREQ(words(bench::Verdict::inconclusive), "too uncertain to tell");
  EXPECT_STREQ(words(bench::Verdict::equivalent), "equivalent");
  EXPECT_STREQ(words(bench::Answer::inconclusive), "too uncertain to tell");
}

TEST(Words, NameTheMargin) {
  EXPECT_EQ(margin_percent(0.01), "1");
  EXPECT_EQ(margin_percent(0.005), "0.5");
}

TEST(Words, NameARowByItsParameters) {
  bench::Row row;
  row.id = "cpu.memcpy";
  EXPECT_EQ(title(row), "cpu.memcpy");
  row.params = {
      {"bytes", std::int64_t{1} << 20}, {"page", std::int64_t{2} << 20}, {"threads", std::int64_t{4}}};
  row.statistic = bench::Statistic::p99;
  EXPECT_EQ(title(row), "cpu.memcpy 1 MiB, pages of 2 MiB, threads 4, p99");
}

TEST(Verdict, IsWhereTheIntervalLies) {
  using bench::Verdict;
  const double margin = log_margin(0.01);
  EXPECT_EQ(verdict_of({-margin, margin}, 0.01), Verdict::equivalent);
  EXPECT_EQ(verdict_of({0.001, 0.009}, 0.01), Verdict::equivalent);  // real, and small
  EXPECT_EQ(verdict_of({-0.001, 0.011}, 0.01), Verdict::inconclusive);
  EXPECT_EQ(verdict_of({0.0101, 0.02}, 0.01), Verdict::slower);
  EXPECT_EQ(verdict_of({-0.02, -0.0101}, 0.01), Verdict::faster);
  EXPECT_EQ(verdict_of({-0.02, 0.02}, 0.01), Verdict::inconclusive);
}

}  // namespace
}  // namespace gpupass::study
