// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "judge/machine.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
namespace {

using test::at;
using test::card;
using test::device_of;
using test::machine;
using test::only;
using ::testing::HasSubstr;

/// The network card is in the card's group.
Inventory shared_group() {
  auto inventory = machine();
  device_of(inventory, "0000:03:00.0").iommu_group = 1;
  inventory.groups.pop_back();
  inventory.groups[1].members.push_back(at("0000:03:00.0"));
  // It has no route: the machine's way out is another card's.
  inventory.holders.pop_back();
  return inventory;
}

TEST(GroupViable, ABridgeOnItsOwnDriverIsTolerated) {
  const auto finding = only(group_viable(machine(), card()));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "IOMMU group 1 can be passed through");
  EXPECT_EQ(finding.evidence.front(),
            (Evidence{"/sys/kernel/iommu_groups/1/devices", "0000:00:01.0, 0000:01:00.0 and 0000:01:00.1"}));
}

TEST(GroupViable, AStrangerBlocksAndTheOptionThatTakesItAlongIsNamed) {
  const auto finding = only(group_viable(shared_group(), card()));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.device, at("0000:01:00.0"));
  EXPECT_EQ(finding.what,
            "0000:03:00.0 (Ethernet controller, driver r8169) shares IOMMU group 1 with 0000:01:00.0 and "
            "0000:01:00.1");
  EXPECT_THAT(finding.remedy, HasSubstr("`--with 0000:03:00.0`"));
}

TEST(GroupViable, AStrangerThatTheHostLivesOnCannotBeTakenAlong) {
  auto inventory = shared_group();
  inventory.holders.push_back({at("0000:03:00.0"), HolderKind::route, "eth0", "default", 0, ""});
  const auto finding = only(group_viable(inventory, card()));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.remedy, HasSubstr("the default route through eth0"));
  EXPECT_THAT(finding.remedy, ::testing::Not(HasSubstr("--with")));
}

TEST(GroupViable, AStrangerIsNoneOnceItIsTakenAlong) {
  auto target = card();
  target.functions.push_back(at("0000:03:00.0"));
  EXPECT_EQ(only(group_viable(shared_group(), target)).severity, Severity::fine);
}

TEST(GroupViable, DriversThatKeepADeviceForGuestsAreTolerated) {
  for (const auto* const driver : {"vfio-pci", "mlx5_vfio_pci", "pci-stub"}) {
    auto inventory = shared_group();
    device_of(inventory, "0000:03:00.0").driver = driver;
    EXPECT_EQ(only(group_viable(inventory, card())).severity, Severity::fine) << driver;
  }
  auto inventory = shared_group();
  device_of(inventory, "0000:03:00.0").driver.reset();
  EXPECT_EQ(only(group_viable(inventory, card())).severity, Severity::fine);
}

TEST(GroupViable, AHostBridgeFunctionIsAnEndpointToTheKernel) {
  auto inventory = shared_group();
  device_of(inventory, "0000:03:00.0").class_code = 0x060000;
  EXPECT_EQ(only(group_viable(inventory, card())).severity, Severity::blocks);
}

TEST(GroupViable, TheSecondFunctionLeftOutIsAStranger) {
  const auto finding = only(group_viable(machine(), test::target("0000:01:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_THAT(finding.remedy, HasSubstr("--with 0000:01:00.1"));
}

TEST(GroupViable, EveryGroupOfTheTargetIsJudged) {
  auto inventory = machine();
  const auto findings =
      group_viable(inventory, {{at("0000:01:00.0"), at("0000:01:00.1"), at("0000:03:00.0")}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[1].what, "IOMMU group 3 can be passed through");
  EXPECT_EQ(findings[1].device, at("0000:03:00.0"));
}

TEST(GroupViable, AFunctionThatNoIommuCoversBlocks) {
  auto inventory = machine();
  device_of(inventory, "0000:02:00.0").iommu_group.reset();
  const auto finding = only(group_viable(inventory, test::target("0000:02:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  inventory.problems = {{"/sys/bus/pci/devices/0000:02:00.0/iommu_group", "leads to 'x'"}};
  EXPECT_EQ(only(group_viable(inventory, test::target("0000:02:00.0"))).severity, Severity::unmeasured);
}

TEST(GroupViable, AMemberThatIsNotKnownIsUnmeasured) {
  auto inventory = machine();
  inventory.groups[1].members.push_back(at("0000:05:00.0"));
  EXPECT_EQ(only(group_viable(inventory, card())).severity, Severity::unmeasured);
  inventory.groups.clear();
  EXPECT_EQ(only(group_viable(inventory, card())).severity, Severity::unmeasured);
}

TEST(GroupViable, DoesNotApplyWithoutAnIommu) {
  auto inventory = shared_group();
  inventory.iommu.enabled = false;
  EXPECT_TRUE(group_viable(inventory, card()).empty());
}

}  // namespace
}  // namespace gpupass::rules
