// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/scale.hpp"

#include <gmock/gmock.h>

namespace gpupass::study {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

TEST(Scale, PlacesEvenlyOrByRatio) {
  const Scale linear(Scale::Kind::linear, 0, 10, 100, 200);
  EXPECT_DOUBLE_EQ(linear.place(5), 150);
  const Scale logarithmic(Scale::Kind::logarithmic, 1, 100, 0, 100);
  EXPECT_DOUBLE_EQ(logarithmic.place(10), 50);
  const Scale upwards(Scale::Kind::linear, 0, 1, 200, 0);
  EXPECT_DOUBLE_EQ(upwards.place(0.25), 150);
}

TEST(Scale, HoldsWhatLiesOutside) {
  const Scale scale(Scale::Kind::logarithmic, 1, 100, 0, 100);
  EXPECT_DOUBLE_EQ(scale.place(0), 0);
  EXPECT_DOUBLE_EQ(scale.place(1e6), 100);
  EXPECT_FALSE(scale.has(101));
  EXPECT_TRUE(scale.has(100));
}

MATCHER_P(NearTo, values, "") {
  return testing::Matches(Pointwise(testing::DoubleNear(1e-9), values))(arg);
}

TEST(Scale, NamesRoundValues) {
  EXPECT_THAT(Scale(Scale::Kind::linear, -1.5, 1.5, 0, 1).ticks(6),
              NearTo(std::vector<double>{-1.5, -1, -0.5, 0, 0.5, 1, 1.5}));
  EXPECT_THAT(Scale(Scale::Kind::linear, 0, 100, 0, 1).ticks(5),
              NearTo(std::vector<double>{0, 20, 40, 60, 80, 100}));
  EXPECT_THAT(Scale(Scale::Kind::logarithmic, 1, 10, 0, 1).ticks(5),
              NearTo(std::vector<double>{1, 2, 5, 10}));
  EXPECT_THAT(Scale(Scale::Kind::logarithmic, 1, 1e6, 0, 1).ticks(4),
              NearTo(std::vector<double>{1, 1e2, 1e4, 1e6}));
}

TEST(Scale, NamesValuesOfANarrowRangeOfRatios) {
  const auto ticks = Scale(Scale::Kind::logarithmic, 11, 14, 0, 1).ticks(5);
  EXPECT_THAT(ticks, NearTo(std::vector<double>{11, 12, 13, 14}));
}

}  // namespace
}  // namespace gpupass::study
