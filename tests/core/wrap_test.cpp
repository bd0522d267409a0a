// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/wrap.hpp"

#include <gtest/gtest.h>

namespace gpupass::core {
namespace {

TEST(Wrapped, BreaksAtBlanksAndIndents) {
  EXPECT_EQ(wrapped("one two three four", 10, 2), "one two\n  three\n  four");
  EXPECT_EQ(wrapped("one two three", 80, 2), "one two three");
  EXPECT_EQ(wrapped("", 80, 2), "");
}

TEST(Wrapped, AWordTooLongStandsOnALineOfItsOwn) {
  EXPECT_EQ(wrapped("a /sys/bus/pci/devices b", 10, 0), "a\n/sys/bus/pci/devices\nb");
}

TEST(Wrapped, CountsColumnsNotBytes) {
  EXPECT_EQ(wrapped("äöü äöü", 7, 0), "äöü äöü");
}

TEST(Wrapped, TakesLinesOneByOne) {
  EXPECT_EQ(wrapped_lines("one two three\n  four five", 12), "one two\n  three\n  four\n    five");
  EXPECT_EQ(wrapped_lines("one two three\n  four", 80), "one two three\n  four");
  EXPECT_EQ(wrapped_lines("", 80), "");
}

}  // namespace
}  // namespace gpupass::core
