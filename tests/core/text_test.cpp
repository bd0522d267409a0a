// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/text.hpp"

#include <gtest/gtest.h>

namespace gpupass::core {
namespace {

TEST(Text, NumbersAreTakenWholeOrNotAtAll) {
  EXPECT_EQ(parse_number("42"), 42U);
  EXPECT_EQ(parse_number("0x1f", 16), 0x1fU);
  EXPECT_EQ(parse_number("1f", 16), 0x1fU);
  for (const auto* text : {"", "4x", " 4", "-4", "+4", "99999999999999999999"})
    EXPECT_FALSE(parse_number(text)) << text;
}

TEST(Text, SplittingLeavesOutEmptyPieces) {
  EXPECT_EQ(split("a\n\nb\n", '\n'), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(words("  a\t b\n"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_TRUE(split("", ',').empty());
}

TEST(Text, EnumerationReadsAsASentence) {
  EXPECT_EQ(enumerate({"a"}), "a");
  EXPECT_EQ(enumerate({"a", "b", "c"}), "a, b and c");
}

TEST(Text, TimeIsUtc) {
  EXPECT_EQ(iso_time(std::chrono::system_clock::from_time_t(0)), "1970-01-01T00:00:00Z");
}

TEST(Distance, CountsLettersPutInTakenOutOrReplaced) {
  EXPECT_EQ(distance("start", "start"), 0U);
  EXPECT_EQ(distance("strat", "start"), 2U);
  EXPECT_EQ(distance("stop", "start"), 3U);
  EXPECT_EQ(distance("", "list"), 4U);
  EXPECT_EQ(distance("lists", "list"), 1U);
}

}  // namespace
}  // namespace gpupass::core
