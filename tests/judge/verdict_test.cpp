// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/verdict.hpp"

#include <gtest/gtest.h>

namespace gpupass::judge {
namespace {

using Ids = std::vector<std::string>;

Finding found(const char* rule, Severity severity, Consent consent = Consent::impossible) {
  Finding finding;
  finding.rule = rule;
  finding.severity = severity;
  finding.consent = consent;
  return finding;
}

TEST(Verdict, NothingThatBlocksIsCan) {
  const auto judgement = judgement_of({found("a", Severity::fine)}, {found("b", Severity::warns)});
  EXPECT_EQ(judgement.verdict, Verdict::can);
  EXPECT_TRUE(judgement.impossible.empty() && judgement.open.empty() && judgement.unknown.empty());
}

TEST(Verdict, WhatAPersonMayAgreeToIsWhatYesAgreesTo) {
  const auto open = found("a", Severity::blocks, Consent::may_be_given);
  const auto judgement = judgement_of({}, {open, open, found("b", Severity::unmeasured)});
  EXPECT_EQ(judgement.verdict, Verdict::with_consent);
  EXPECT_EQ(judgement.open, Ids{"a"});
  EXPECT_EQ(judgement.unknown, Ids{"b"});
}

TEST(Verdict, WhatIsImpossibleOutweighsConsentAlsoToTheSameRule) {
  const auto judgement =
      judgement_of({found("a", Severity::blocks)}, {found("a", Severity::blocks, Consent::may_be_given),
                                                    found("b", Severity::blocks, Consent::may_be_given)});
  EXPECT_EQ(judgement.verdict, Verdict::cannot);
  EXPECT_EQ(judgement.impossible, Ids{"a"});
  EXPECT_EQ(judgement.open, Ids{"b"});
}

}  // namespace
}  // namespace gpupass::judge
