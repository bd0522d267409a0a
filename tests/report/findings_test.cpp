// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/findings.hpp"

#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

Finding finding(Severity severity) {
  return {"a-rule",           severity, Consent::may_be_given, std::nullopt, "something is so",
          {{"/proc/x", "y"}}, "do z"};
}

TEST(Findings, EachSeverityHasItsWord) {
  const FindingsView view;
  EXPECT_EQ(findings_text({finding(Severity::fine)}, view), "  ok       something is so [a-rule]\n");
  for (const auto& [severity, word] :
       {std::pair{Severity::unmeasured, "UNKNOWN "}, std::pair{Severity::warns, "WARN    "},
        std::pair{Severity::blocks, "BLOCKS  "}}) {
    EXPECT_EQ(findings_text({finding(severity)}, view), "  " + std::string(word) +
                                                            " something is so [a-rule]\n"
                                                            "           read    /proc/x: y\n"
                                                            "           remedy  do z\n");
  }
}

TEST(Findings, WhatWasReadForWhatIsFineIsShownWhenAsked) {
  const FindingsView verbose{80, false, true};
  EXPECT_EQ(findings_text({finding(Severity::fine)}, verbose),
            "  ok       something is so [a-rule]\n"
            "           read    /proc/x: y\n"
            "           remedy  do z\n");
}

TEST(Findings, JsonHasNullForWhatThereIsNot) {
  auto fine = finding(Severity::fine);
  fine.remedy.clear();
  EXPECT_EQ(to_json(fine).dump(),
            R"({"rule":"a-rule","severity":"fine","consent":null,"device":null,"what":"something is so",)"
            R"("evidence":[{"path":"/proc/x","value":"y"}],"remedy":null})");
  const auto blocks = to_json(finding(Severity::blocks));
  EXPECT_EQ(blocks["consent"], "may-be-given");
  EXPECT_EQ(blocks["remedy"], "do z");
}

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
}  // namespace gpupass::report
