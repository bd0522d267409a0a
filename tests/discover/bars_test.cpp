// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/bars.hpp"

#include <gtest/gtest.h>

namespace gpupass::discover {
namespace {

const std::string k_unused = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";

std::string repeat(const std::string& line, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += line;
  return text;
}

TEST(Bars, ReadsWhatARegisterDecodes) {
  const auto parsed =
      parse_bars("0x00000000e0000000 0x00000000e0ffffff 0x000000000014220c\n" + k_unused +
                 "0x000000000000e000 0x000000000000e07f 0x0000000000040101\n" + repeat(k_unused, 3) +
                 "0x00000000000c0000 0x00000000000dffff 0x0000000000000212\n");
  EXPECT_EQ(parsed.problem, "");
  ASSERT_EQ(parsed.bars.size(), 3U);
  EXPECT_EQ(parsed.bars[0], (Bar{0, 0xe0000000, 16U << 20U, false, true, true}));
  EXPECT_EQ(parsed.bars[1], (Bar{2, 0xe000, 128, true, false, false}));
  EXPECT_EQ(parsed.bars[2], (Bar{6, 0xc0000, 128U << 10U, false, false, false}));
}

TEST(Bars, LeavesOutTheWindowsOfABridge) {
  const auto parsed =
      parse_bars(repeat(k_unused, 7) + "0x0000000000003000 0x0000000000003fff 0x0000000000000101\n");
  EXPECT_EQ(parsed.problem, "");
  EXPECT_TRUE(parsed.bars.empty());
}

TEST(Bars, AnUnassignedRegisterHasASizeAndNoStart) {
  const auto parsed =
      parse_bars("0x0000000000000000 0x0000000000ffffff 0x2000000000040200\n" + repeat(k_unused, 6));
  ASSERT_EQ(parsed.bars.size(), 1U);
  EXPECT_EQ(parsed.bars[0].start, 0U);
  EXPECT_EQ(parsed.bars[0].size, 16U << 20U);
}

TEST(Bars, KeepsWhatATruncatedFileHas) {
  const auto parsed = parse_bars("0x1000 0x1fff 0x200\n" + repeat(k_unused, 2));
  EXPECT_EQ(parsed.problem, "has 3 lines, not 7");
  EXPECT_EQ(parsed.bars.size(), 1U);
}

TEST(Bars, SaysWhichLineIsNone) {
  EXPECT_EQ(parse_bars(k_unused + "rubbish\n").problem, "line 2 is 'rubbish', not a range with flags");
  EXPECT_NE(parse_bars("0x2000 0x1000 0x200\n").problem, "");  // ends before it starts
  EXPECT_NE(parse_bars("").problem, "");
}

}  // namespace
}  // namespace gpupass::discover
