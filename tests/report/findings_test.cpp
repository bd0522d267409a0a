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

}  // namespace
}  // namespace gpupass::report
