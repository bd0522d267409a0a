// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
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

/// Intel VMD with a disk behind it, both in a group of their own.
class BehindVmd : public ::testing::Test {
 protected:
  BehindVmd() {
    inventory.devices.push_back(test::device("0000:00:0e.0", 0x010400, "RAID bus controller", "vmd", 9));
    auto disk = test::device("10000:e1:00.0", 0x010802, "Non-Volatile memory controller", "nvme", 9);
    disk.controller = at("0000:00:0e.0");
    inventory.devices.push_back(disk);
    std::ranges::sort(inventory.devices, {}, &Device::address);
    inventory.groups.push_back(
        {9, "DMA", {at("0000:00:0e.0"), at("10000:e1:00.0")}, std::vector<ReservedRegion>{}});
  }
  Inventory inventory = machine();
};

TEST_F(BehindVmd, ADiskIsNoStrangerToItsController) {
  EXPECT_EQ(only(group_viable(inventory, test::target("0000:00:0e.0"))).severity, Severity::fine);
}

TEST_F(BehindVmd, ADiskGoesWithItsControllerOrNotAtAll) {
  auto finding = only(group_viable(inventory, test::target("10000:e1:00.0")));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.what,
              HasSubstr("10000:e1:00.0 is behind 0000:00:0e.0 (RAID bus controller, driver vmd)"));
  EXPECT_THAT(finding.remedy,
              HasSubstr("name 0000:00:0e.0 to pass it with all that is behind it; or switch VMD"));
  EXPECT_THAT(finding.remedy, ::testing::Not(HasSubstr("--with")));
  inventory.holders.push_back({at("0000:00:0e.0"), HolderKind::mount, "/dev/nvme1n1", "/srv", 0, ""});
  finding = only(group_viable(inventory, test::target("10000:e1:00.0")));
  EXPECT_THAT(finding.remedy, ::testing::Not(HasSubstr("name 0000:00:0e.0")));
}

TEST_F(BehindVmd, TheTwoAreNotPassedTogether) {
  const auto findings = group_viable(inventory, {{at("0000:00:0e.0"), at("10000:e1:00.0")}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].consent, Consent::impossible);
  EXPECT_THAT(findings[0].remedy, HasSubstr("leave 10000:e1:00.0 out"));
  EXPECT_EQ(findings[1].severity, Severity::fine);
}

/// The card's group with two more behind the same port: a network card, and this device.
Inventory two_strangers(const Device& second) {
  auto inventory = shared_group();
  auto device = second;
  device.iommu_group = 1;
  inventory.devices.push_back(device);
  inventory.groups[1].members.push_back(device.address);
  return inventory;
}

TEST(GroupViable, StrangersAreTakenAlongTogether) {
  const auto usb = test::device("0000:04:00.0", 0x0c0330, "USB controller", "xhci_hcd", 1);
  const auto finding = only(group_viable(two_strangers(usb), card()));
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.what,
            "0000:03:00.0 (Ethernet controller, driver r8169) and 0000:04:00.0 (USB controller, driver "
            "xhci_hcd) share IOMMU group 1 with 0000:01:00.0 and 0000:01:00.1");
  EXPECT_THAT(finding.remedy, HasSubstr("`--with 0000:03:00.0 --with 0000:04:00.0`"));
}

TEST(GroupViable, OneStrangerThatIsRefusedKeepsAllFromGoing) {
  const auto disk = test::device("0000:04:00.0", 0x010802, "Non-Volatile memory controller", "nvme", 1);
  auto inventory = two_strangers(disk);
  inventory.holders.push_back({disk.address, HolderKind::mount, "/dev/nvme1n1p2", "/var", 0, ""});
  const auto finding = only(group_viable(inventory, card()));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.remedy, ::testing::StartsWith("0000:04:00.0 cannot go along: the host needs"));
  EXPECT_THAT(finding.remedy, ::testing::Not(HasSubstr("--with")));
}

TEST(GroupViable, AStrangerThatIsRefusedForAnythingElseIsNotOfferedEither) {
  const auto isa = test::device("0000:04:00.0", 0x060100, "ISA bridge", "lpc_ich", 1);
  const auto finding = only(group_viable(two_strangers(isa), card()));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.remedy, HasSubstr("part of the mainboard"));
}

TEST(GroupViable, WhereUnmountingIsAllItTakesThatIsSaid) {
  auto inventory = shared_group();
  inventory.holders.push_back({at("0000:03:00.0"), HolderKind::mount, "/dev/sdb1", "/media/stick", 0, ""});
  const auto finding = only(group_viable(inventory, card()));
  EXPECT_EQ(finding.consent, Consent::impossible) << "not as long as it is mounted";
  EXPECT_THAT(finding.remedy, ::testing::StartsWith("`umount /media/stick`, then take it along with `--with "
                                                    "0000:03:00.0`"));
  inventory.holders.back().use = "/home";
  EXPECT_THAT(only(group_viable(inventory, card())).remedy, ::testing::Not(HasSubstr("umount")));
}

TEST(GroupViable, WhatIsRefusedForItselfComesFirst) {
  auto inventory = shared_group();
  inventory.holders.push_back({at("0000:01:00.0"), HolderKind::swap, "/dev/pmem0", "", 0, ""});
  const auto finding = only(group_viable(inventory, card()));
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_THAT(finding.remedy, HasSubstr("first remove the other obstacles"));
}

/// Only what may sit in a slot is told of one.
TEST(GroupViable, AnotherSlotIsForWhatIsInOne) {
  auto inventory = shared_group();
  inventory.holders.push_back({at("0000:03:00.0"), HolderKind::route, "eth0", "default", 0, ""});
  EXPECT_THAT(only(group_viable(inventory, card())).remedy, HasSubstr("a slot below a port with ACS"));

  for (const auto* const function : {"0000:01:00.0", "0000:01:00.1"})
    device_of(inventory, function).bridges.clear();
  EXPECT_THAT(only(group_viable(inventory, card())).remedy, HasSubstr("part of the processor"));
  device_of(inventory, "0000:01:00.0").class_code = 0x0c0330;
  const auto board = only(group_viable(inventory, card()));
  EXPECT_THAT(board.remedy, HasSubstr("part of the board"));
  EXPECT_THAT(board.remedy, ::testing::Not(HasSubstr("slot")));
}

TEST(GroupViable, OneDevicesFunctionsAreNotDividedByASlot) {
  auto inventory = machine();
  inventory.holders.push_back({at("0000:01:00.1"), HolderKind::route, "eth1", "default", 0, ""});
  inventory.holders.erase(inventory.holders.begin() + 2);  // the other way out
  const auto finding = only(group_viable(inventory, test::target("0000:01:00.0")));
  EXPECT_THAT(finding.remedy, HasSubstr("no slot divides them"));
}

/// Taking the parent along would end the virtual function that is asked for.
TEST(GroupViable, AVirtualFunctionInOneGroupWithItsParentCannotGo) {
  auto inventory = machine();
  auto& sound = device_of(inventory, "0000:01:00.1");
  sound.sriov = Sriov{at("0000:01:00.0"), 0, 0, {}};
  device_of(inventory, "0000:01:00.0").sriov = Sriov{{}, 4, 1, {sound.address}};
  const auto finding = only(group_viable(inventory, test::target("0000:01:00.1")));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.remedy, HasSubstr("it cannot be done in this slot: virtual functions"));
  EXPECT_THAT(finding.remedy, ::testing::Not(HasSubstr("sriov_numvfs")));
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

TEST(GroupViable, TheOptionThatLeavesTheProcessorsGraphicsOutIsNamed) {
  auto inventory = machine();
  auto& screen = device_of(inventory, "0000:00:02.0");
  screen.vendor = 0x8086;
  screen.iommu_group.reset();
  const auto target = test::target("0000:00:02.0");
  const auto plain = only(group_viable(inventory, target));
  EXPECT_THAT(plain.remedy, ::testing::Not(HasSubstr("slot"))) << "the processor is in none";
  inventory.kernel.command_line = "ro intel_iommu=on,igfx_off iommu=pt";
  const auto finding = only(group_viable(inventory, target));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.what, HasSubstr("igfx_off"));
  EXPECT_EQ(finding.evidence.back(), (Evidence{"/proc/cmdline", "intel_iommu=on,igfx_off"}));
  EXPECT_THAT(finding.remedy, ::testing::Not(HasSubstr("iommu=pt")));
  screen.vendor = 0x10de;
  EXPECT_THAT(only(group_viable(inventory, target)).what, ::testing::Not(HasSubstr("igfx_off")));
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
}  // namespace gpupass::judge
