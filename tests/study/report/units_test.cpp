// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/units.hpp"

#include <gtest/gtest.h>

namespace gpupass::study {
namespace {

TEST(Units, OfP) {
  EXPECT_EQ(p_value(0.0312), "0.031");
  EXPECT_EQ(p_value(0.0009), "< 0.001");
}

}  // namespace
}  // namespace gpupass::study
