// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::at;
using test::card;
using test::machine;
using test::only;
using ::testing::HasSubstr;

TEST(DeadDevice, FunctionsThatAnswerMakeOneFinding) {
  const auto finding = only(dead_device(machine(), card()));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "0000:01:00.0 and 0000:01:00.1 answer");
  EXPECT_EQ(finding.device, at("0000:01:00.0"));
  EXPECT_EQ(finding.evidence.size(), 2U);
}

TEST(DeadDevice, BlocksWhereTheConfigurationSpaceIsAllOnes) {
  auto inventory = machine();
  test::device_of(inventory, "0000:01:00.0").header_type = HeaderType::unreadable;
  const auto findings = dead_device(inventory, card());
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].severity, Severity::blocks);
  EXPECT_EQ(findings[0].consent, Consent::impossible);
  EXPECT_THAT(findings[0].remedy, HasSubstr("power the machine off and on"));
  EXPECT_EQ(findings[1].what, "0000:01:00.1 answers");
}

TEST(DeadDevice, IsUnmeasuredWhereTheConfigurationSpaceMayNotBeRead) {
  auto inventory = machine();
  inventory.problems = {{"/sys/bus/pci/devices/0000:01:00.1/config", "Permission denied"}};
  const auto findings = dead_device(inventory, card());
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].severity, Severity::unmeasured);
  EXPECT_EQ(findings[0].device, at("0000:01:00.1"));
}

TEST(DeadDevice, WarnsOfACardThatIsPoweredOff) {
  auto inventory = machine();
  test::device_of(inventory, "0000:01:00.0").power_state = "D3cold";
  const auto finding = only(dead_device(inventory, test::target("0000:01:00.0")));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.remedy, HasSubstr("echo on > /sys/bus/pci/devices/0000:01:00.0/power/control"));
}

TEST(DeadDevice, BlocksOnAFunctionThatIsNotThere) {
  const auto finding = only(dead_device(machine(), test::target("0000:77:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.what, "0000:77:00.0 is not there");
}

}  // namespace
}  // namespace gpupass::judge
