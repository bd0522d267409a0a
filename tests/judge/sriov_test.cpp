// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::at;
using test::machine;
using test::only;
using ::testing::Contains;
using ::testing::HasSubstr;

/// The network card with one virtual function, on this driver.
Inventory split_machine(const char* driver_of_virtual_function) {
  auto inventory = machine();
  auto virtual_function =
      test::device("0000:03:10.0", 0x020000, "Ethernet controller", driver_of_virtual_function, 4);
  virtual_function.sriov = Sriov{at("0000:03:00.0"), 0, 0, {}};
  inventory.devices.push_back(virtual_function);
  test::device_of(inventory, "0000:03:00.0").sriov = Sriov{{}, 7, 1, {at("0000:03:10.0")}};
  return inventory;
}

TEST(SriovRule, DoesNotApplyToOrdinaryCards) {
  EXPECT_TRUE(sriov(machine(), test::card()).empty());
}

TEST(SriovRule, ACardThatIsNotSplitIsFine) {
  auto inventory = machine();
  test::device_of(inventory, "0000:01:00.0").sriov = Sriov{{}, 16, 0, {}};
  EXPECT_EQ(only(sriov(inventory, test::card())).severity, Severity::fine);
}

TEST(SriovRule, ASplitCardBlocksWhateverIsSaid) {
  const auto finding = only(sriov(split_machine("iavf"), test::target("0000:03:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/bus/pci/devices/0000:03:00.0/sriov_numvfs", "1"}));
  EXPECT_EQ(finding.remedy,
            "name a virtual function to pass that (0000:03:10.0); to pass it whole, `echo 0 > "
            "/sys/bus/pci/devices/0000:03:00.0/sriov_numvfs` ends its virtual functions");
}

TEST(SriovRule, SaysWhichVirtualFunctionsGuestsHave) {
  const auto finding = only(sriov(split_machine("vfio-pci"), test::target("0000:03:00.0")));
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/bus/pci/drivers/vfio-pci", "0000:03:10.0"}));
  EXPECT_THAT(finding.remedy, HasSubstr("take them out of their guests, then"));
}

TEST(SriovRule, NamesOnlyAVirtualFunctionThatCanBePassed) {
  auto inventory = split_machine("iavf");
  inventory.holders.push_back({at("0000:03:10.0"), HolderKind::route, "eth0v0", "10.0.0.0/8", 0, ""});
  const auto name = HasSubstr("name a virtual function");
  EXPECT_THAT(only(sriov(inventory, test::target("0000:03:00.0"))).remedy, ::testing::Not(name));
  auto second = test::device("0000:03:10.2", 0x020000, "Ethernet controller", "iavf", 5);
  second.sriov = Sriov{at("0000:03:00.0"), 0, 0, {}};
  inventory.devices.push_back(second);
  inventory.groups.push_back({5, "DMA", {at("0000:03:10.2")}, std::vector<ReservedRegion>{}});
  auto& parent = *test::device_of(inventory, "0000:03:00.0").sriov;
  parent.enabled = 2;
  parent.virtual_functions.push_back(at("0000:03:10.2"));
  EXPECT_THAT(only(sriov(inventory, test::target("0000:03:00.0"))).remedy,
              HasSubstr("name a virtual function to pass that (0000:03:10.2)"));
  inventory.groups.back().reserved_regions = {{0x1000, 0x1fff, "direct"}};
  EXPECT_THAT(only(sriov(inventory, test::target("0000:03:00.0"))).remedy, ::testing::Not(name));
}

TEST(SriovRule, WhatIsAskedForIsNotEnded) {
  const auto findings = sriov(split_machine("iavf"), {{at("0000:03:00.0"), at("0000:03:10.0")}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].consent, Consent::impossible);
  EXPECT_THAT(findings[0].remedy, HasSubstr("leave 0000:03:00.0 out"));
  EXPECT_THAT(findings[0].remedy, ::testing::Not(HasSubstr("sriov_numvfs")));
}

TEST(SriovRule, AVgpuOfNvidiaStaysOnItsDriver) {
  auto inventory = split_machine("nvidia");
  auto& function = test::device_of(inventory, "0000:03:10.0");
  function.class_code = 0x030200;
  function.vendor = 0x10de;
  const auto finding = only(sriov(inventory, test::target("0000:03:10.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_THAT(finding.remedy, HasSubstr("/sys/bus/pci/devices/0000:03:10.0/nvidia/current_vgpu_type"));
  function.driver = "vfio-pci";
  EXPECT_EQ(only(sriov(inventory, test::target("0000:03:10.0"))).severity, Severity::fine);
}

TEST(SriovRule, AVirtualFunctionItselfIsFine) {
  const auto finding = only(sriov(split_machine("iavf"), test::target("0000:03:10.0")));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "0000:03:10.0 is a virtual function of 0000:03:00.0");
}

}  // namespace
}  // namespace gpupass::judge
