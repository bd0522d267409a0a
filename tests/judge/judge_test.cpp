// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include <set>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass {
namespace {

using test::at;
using test::card;
using test::machine;
using ::testing::HasSubstr;

TEST(Judge, AGoodMachineIsFineThroughout) {
  const auto findings = judge(machine(), card());
  EXPECT_EQ(worst(findings), Severity::fine);
  for (const auto& finding : findings) {
    EXPECT_FALSE(finding.rule.empty()) << finding.what;
    EXPECT_FALSE(finding.evidence.empty()) << finding.rule;
    EXPECT_TRUE(finding.remedy.empty()) << finding.rule;
  }
}

/// Every rule that applies says so, in the order of the table.
TEST(Judge, FindingsComeInTheOrderOfTheRules) {
  std::vector<std::string> ids, found;
  for (const auto& rule : rules::table()) {
    const std::string id = rule.id;
    // What is so of few machines is said of those alone.
    const bool silent =
        id == "sriov" || id == "nvswitch-fabric" || id == "sys-writable" || id == "domain-use";
    if (!silent) ids.push_back(id);
  }
  for (const auto& finding : judge(machine(), card())) {
    if (found.empty() || found.back() != finding.rule) found.push_back(finding.rule);
  }
  EXPECT_EQ(found, ids);
}

TEST(Judge, FindingsOfOneRuleComeInTheOrderOfTheFunctions) {
  auto inventory = machine();
  test::device_of(inventory, "0000:01:00.1").header_type = HeaderType::unreadable;
  std::vector<PciAddress> order;
  for (const auto& finding : judge(inventory, card())) {
    if (finding.rule == "dead-device") order.push_back(*finding.device);
  }
  EXPECT_EQ(order, card().functions);
}

TEST(Judge, WhatBlocksOutweighsTheRest) {
  auto inventory = machine();
  inventory.kvm.probe.reset();
  EXPECT_EQ(worst(judge(inventory, card())), Severity::unmeasured);
  EXPECT_EQ(worst(judge(inventory, {{at("0000:02:00.0")}})), Severity::blocks);
  EXPECT_EQ(worst({}), Severity::fine);
}

TEST(Judge, WithoutATargetTheMachineAloneIsJudged) {
  for (const auto& finding : judge(machine(), {})) EXPECT_EQ(finding.device, std::nullopt) << finding.rule;
}

TEST(Judge, EveryRuleHasItsOwnIdAndItsProse) {
  std::set<std::string> ids;
  for (const auto& rule : rules::table()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_NE(std::string(rule.title), "");
    EXPECT_THAT(rule.meaning, HasSubstr("."));
  }
  EXPECT_EQ(ids.size(), 18U);
}

}  // namespace
}  // namespace gpupass
