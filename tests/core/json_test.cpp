// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::core {
namespace {

using testing::HasSubstr;

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(JsonDoor, TakesWhatIsWithinItsLimits) {
  EXPECT_TRUE(parse_json(nested(64), "it"));
  EXPECT_TRUE(parse_json(R"({"a": "[[[[ \" ]{", "b": [1, {"c": null}]})", "it", {.depth = 3}));
}

TEST(JsonDoor, CountsWhatIsInEachOtherAndNotWhatIsBesideIt) {
  EXPECT_TRUE(parse_json("[[], [], {}, {\"a\": []}]", "it", {.depth = 3}));
  EXPECT_FALSE(parse_json("[[], [], {}, {\"a\": [[]]}]", "it", {.depth = 3}));
  std::string many = "[0";
  for (int i = 0; i < 1000; ++i) many += ", [], {}";
  EXPECT_TRUE(parse_json(many + "]", "it", {.depth = 2}));
}

TEST(JsonDoor, TakesAStringToItsEndAndNothingInItForABracket) {
  EXPECT_TRUE(parse_json(R"(["\"[[[["])", "it", {.depth = 1}));
  EXPECT_TRUE(parse_json(R"(["[[[[\"[[[[\\", "{{{{"])", "it", {.depth = 1}));
  EXPECT_FALSE(parse_json(R"(["\\", [[]]])", "it", {.depth = 2})) << "the second backslash escapes nothing";
}

TEST(JsonDoor, ALineHasNoControlCharacters) {
  const auto line = [](const std::string& text) {
    return read_json(text, "hold", [](const Json& json) { return line_from_json(json); });
  };
  EXPECT_EQ(line(R"("vm 1, \u00e4")"), "vm 1, \u00e4");
  for (const auto* const text :
       {R"("a\u001b[2J")", R"("a\nb")", R"("\u0000")", R"("a\u007f")", R"("a\u202eb")"}) {
    const auto taken = line(text);
    ASSERT_FALSE(taken) << text;
    EXPECT_EQ(taken.error().kind, ErrorKind::invalid);
    EXPECT_THAT(taken.error().what, HasSubstr("has control characters"));
    EXPECT_EQ(taken.error().what.find_first_of("\x1b\n\x7f"), std::string::npos)
        << "and does not repeat them";
  }
}

TEST(JsonDoor, DepthSizeAndStringsBeyondTheLimitsAreErrorsBeforeATreeIsMade) {
  for (const auto& text : {nested(65), nested(1'000'000), std::string(1'000'000, '[')}) {
    const auto json = parse_json(text, "journal");
    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().kind, ErrorKind::invalid);
    EXPECT_THAT(json.error().what, HasSubstr("journal: is nested more deeply than 64"));
  }
  EXPECT_THAT(parse_json("[1234567]", "it", {.bytes = 8}).error().what, HasSubstr("is larger than 8 bytes"));
  EXPECT_THAT(parse_json(R"(["12345"])", "it", {.string_bytes = 4}).error().what, HasSubstr("longer string"));
  EXPECT_FALSE(parse_json(R"(["\)", "it"));
}

TEST(JsonDoor, ANumberIsTakenAsItIsOrNotAtAll) {
  const auto take = [](const char* text) {
    return read_json(text, "it", [](const Json& json) { return number_from_json<std::uint16_t>(json); });
  };
  EXPECT_EQ(take("65535"), 65535);
  for (const auto* const text : {"65536", "-1", "1.5", "1e300", "\"1\"", "null", "[]"})
    EXPECT_FALSE(take(text)) << text;
}

TEST(JsonDoor, AWrongTypeIsAnOrdinaryError) {
  const auto taken =
      read_json(R"({"a": {}})", "it", [](const Json& json) { return json.at("a").get<int>(); });
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace gpupass::core
