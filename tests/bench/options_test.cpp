// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::bench {
namespace {

using testing::HasSubstr;

Case row_of(std::string_view id, Group group) {
  return {id, group, "", "", Better::lower, Needs::nothing, "", "", "", nullptr};
}

TEST(Options, WithoutAnyEverythingRunsOnce) {
  const auto options = parse_options({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->runs, 1);
  EXPECT_EQ(options->settings.timeout, std::chrono::seconds(60));
  EXPECT_EQ(options->settings.inject, 0);
  EXPECT_TRUE(options->select(row_of("hbm.copy", Group::device)));
}

TEST(Options, GlobsAndGroupsBothMustFit) {
  const auto options = parse_options({"--filter", "pcie.*", "--filter=*.pinned", "--group", "transfer"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->select(row_of("h2d.pinned", Group::transfer)));
  EXPECT_FALSE(options->select(row_of("h2d.pageable", Group::transfer)));
  EXPECT_FALSE(options->select(row_of("pcie.chase", Group::latency)));
}

TEST(Options, WordsOfThemParseToThemAgain) {
  const auto options = parse_options(
      {"--quick",   "--filter", "cpu.*", "--group",      "processor", "--group", "pci",
       "--device",  "1",        "--pci", "0000:01:00.0", "--role",    "my host", "--block",
       "3",         "--order",  "2",     "--inject",     "1.5%",      "--seed",  "18000000000000000000",
       "--timeout", "7",        "--out", "x.json",       "--format",  "json",    "--list"});
  ASSERT_TRUE(options) << options.error().what;
  const auto again = parse_options(words_of(*options));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(*again, *options);
  EXPECT_EQ(again->settings.inject, 0.015);
}

TEST(Options, TheCardIsANumberOrAnAddress) {
  EXPECT_EQ(parse_options({"--device", "3"})->settings.device, 3);
  const auto by_address = parse_options({"--device=0000:3a:00.0"});
  EXPECT_EQ(by_address->settings.device_address, "0000:3a:00.0");
  EXPECT_EQ(*parse_options(words_of(*by_address)), *by_address);
  for (const auto* const wrong : {"-1", "x", "", "0000:3a", "99999999999"})
    EXPECT_FALSE(parse_options({std::string("--device=") + wrong})) << wrong;
}

TEST(Options, AskedForInformationTheyCarryIt) {
  EXPECT_THAT(parse_options({"--help"})->information.value(), HasSubstr("--inject"));
  EXPECT_THAT(parse_options({"--version"})->information.value(), HasSubstr("gpupass-bench "));
}

struct Wrong {
  std::vector<std::string> arguments;
  const char* says;
};
void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << testing::PrintToString(wrong.arguments);
}
class OptionsRefuse : public testing::TestWithParam<Wrong> {};
TEST_P(OptionsRefuse, WhatCannotBeMeant) {
  const auto options = parse_options(GetParam().arguments);
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().kind, ErrorKind::usage);
  EXPECT_THAT(options.error().what + options.error().hint, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    CommandLines, OptionsRefuse,
    testing::Values(Wrong{{"word"}, "positional"}, Wrong{{"--quik"}, "quik"},
                    Wrong{{"--group", "L"}, "latency, transfer"}, Wrong{{"--format", "xml"}, "text or json"},
                    Wrong{{"--pci", "1:0.0"}, "0000:01:00.0"}, Wrong{{"--runs", "0"}, "at least 1"},
                    Wrong{{"--runs", "2"}, "--out"}, Wrong{{"--timeout", "0"}, "at least one second"},
                    Wrong{{"--inject", "much"}, "not a fraction"},
                    Wrong{{"--inject", "-1%"}, "not a fraction"},
                    Wrong{{"--inject", "101%"}, "not a fraction"},
                    Wrong{{"--inject", "nan"}, "not a fraction"}, Wrong{{"--seed", "x"}, "seed"}));

TEST(Fraction, InPercentOrPlain) {
  EXPECT_DOUBLE_EQ(*parse_fraction("1%"), 0.01);
  EXPECT_DOUBLE_EQ(*parse_fraction("0.01"), 0.01);
  EXPECT_DOUBLE_EQ(*parse_fraction("100%"), 1);
  EXPECT_FALSE(parse_fraction("%"));
  EXPECT_FALSE(parse_fraction(""));
}

}  // namespace
}  // namespace gpupass::bench
