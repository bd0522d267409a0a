// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::card;
using test::device_of;
using test::machine;
using test::only;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

using Regions = std::optional<std::vector<ReservedRegion>>;

/// The card's group with these regions.
Inventory with(Regions regions) {
  auto inventory = machine();
  inventory.kernel.release = "6.8.0-49-generic";
  inventory.groups[1].reserved_regions = std::move(regions);
  return inventory;
}

Finding judged(const Inventory& inventory) {
  return only(direct_mapping(inventory, card()));
}

const Regions k_direct =
    std::vector<ReservedRegion>{{0xbdff0000, 0xbdffffff, "direct"}, {0xfee00000, 0xfeefffff, "msi"}};

TEST(DirectMapping, IsFineWhereFirmwareDemandsNothing) {
  const auto finding = judged(machine());
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "firmware ties no memory to IOMMU group 1");
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/kernel/iommu_groups/1/reserved_regions", "msi"}));
  EXPECT_EQ(judged(with(std::vector<ReservedRegion>{})).severity, Severity::fine);
}

TEST(DirectMapping, ADirectRegionBlocksAndNoConsentHelps) {
  const auto finding = judged(with(k_direct));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.device, test::at("0000:01:00.0"));
  EXPECT_THAT(finding.what, HasSubstr("0xbdff0000-0xbdffffff"));
  EXPECT_THAT(finding.what,
              HasSubstr("Firmware has requested this device have a 1:1 IOMMU mapping, rejecting "
                        "configuring the device without a 1:1 mapping. Contact your platform "
                        "vendor."));
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/kernel/iommu_groups/1/reserved_regions",
                                                  "0x00000000bdff0000 0x00000000bdffffff direct"}));
}

/// Before 5.3 the kernel made that exception without a word for it.
TEST(DirectMapping, AnOlderKernelExemptsGraphicsAndUsbOfIntelsMachines) {
  auto inventory = with(k_direct);
  inventory.kernel.release = "4.19.0-27-amd64";
  device_of(inventory, "0000:01:00.1").class_code = 0x0c0330;
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_THAT(finding.what, HasSubstr("4.19.0-27-amd64) exempts graphics and USB"));
  device_of(inventory, "0000:01:00.1").class_code = 0x040300;
  EXPECT_EQ(judged(inventory).severity, Severity::blocks) << "sound is neither";
  device_of(inventory, "0000:01:00.1").class_code = 0x0c0330;
  inventory.kernel.release = "5.3.0";
  EXPECT_EQ(judged(inventory).severity, Severity::blocks);
  inventory.kernel.release = "4.19.0-27-amd64";
  inventory.iommu.kind = IommuKind::amd_vi;
  EXPECT_EQ(judged(inventory).severity, Severity::blocks);
}

/// The kernel's own exception, for USB controllers and graphics: it uses the region only until a driver has
/// it.
TEST(DirectMapping, ARelaxableRegionIsFine) {
  const auto finding = judged(with(
      std::vector<ReservedRegion>{{0x8d000000, 0x8f7fffff, "direct-relaxable"}, {0, 0xffffff, "reserved"}}));
  EXPECT_EQ(finding.severity, Severity::fine);
}

TEST(DirectMapping, KernelsBefore6_6RefuseInOtherWordsOnIntelAndNotAtAllOnAmd) {
  auto inventory = with(k_direct);
  for (const auto* const release : {"5.15.0-141-generic", "6.5.13", "6.1.0-56-amd64"}) {
    inventory.kernel.release = release;
    EXPECT_THAT(judged(inventory).what, HasSubstr("due to platform RMRR requirement")) << release;
  }
  inventory.iommu.kind = IommuKind::amd_vi;
  EXPECT_EQ(judged(inventory).severity, Severity::blocks);
  EXPECT_THAT(judged(inventory).what,
              HasSubstr("this kernel (6.1.0-56-amd64) would not refuse it, but drop"));
  for (const auto* const release : {"6.6.1", "6.17-rc2", "7.0.0", "not-a-release"}) {
    inventory.kernel.release = release;
    EXPECT_THAT(judged(inventory).what, HasSubstr("the kernel refuses: \"Firmware has requested")) << release;
  }
}

/// iommu=pt gives every group such a domain; vfio replaces it by the guest's.
TEST(DirectMapping, AnIdentityDomainAloneDoesNoHarm) {
  auto inventory = machine();
  inventory.groups[1].type = "identity";
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/kernel/iommu_groups/1/type", "identity"}));
}

TEST(DirectMapping, AnotherTypeOfDomainIsNoWayOutOfADirectRegion) {
  auto inventory = with(k_direct);
  inventory.groups[1].type = "identity";
  EXPECT_THAT(judged(inventory).what, HasSubstr("its type is identity, and no other type helps"));
  inventory.groups[1].type = "DMA-FQ";
  EXPECT_EQ(judged(inventory).severity, Severity::blocks);
}

TEST(DirectMapping, IsUnmeasuredWhereTheFileWasNotCapturedOrCannotBeRead) {
  const auto finding = judged(with(std::nullopt));
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  EXPECT_THAT(finding.evidence,
              Contains(Evidence{"/sys/kernel/iommu_groups/1/reserved_regions", "not there"}));
  auto inventory = with(std::nullopt);
  inventory.problems = {{"/sys/kernel/iommu_groups/1/reserved_regions", "Permission denied"}};
  EXPECT_THAT(judged(inventory).evidence,
              Contains(Evidence{"/sys/kernel/iommu_groups/1/reserved_regions", "Permission denied"}));
}

TEST(DirectMapping, NamesWhatHelpsOnThisMachineAndOffersNoPatch) {
  auto inventory = with(k_direct);
  EXPECT_THAT(judged(inventory).remedy, HasSubstr("another slot"));
  EXPECT_THAT(judged(inventory).remedy, HasSubstr("Pre-boot DMA Protection"));
  EXPECT_THAT(judged(inventory).remedy, Not(HasSubstr("conrep")));
  EXPECT_THAT(judged(inventory).remedy,
              HasSubstr("relax_intel_rmrr and ACPI tables overridden at boot only hide"));
  device_of(inventory, "0000:02:00.0").subsystem_vendor = 0x1590;
  EXPECT_THAT(judged(inventory).remedy, HasSubstr("conrep"));
  for (const auto* const function : {"0000:01:00.0", "0000:01:00.1"})
    device_of(inventory, function).bridges.clear();
  EXPECT_THAT(judged(inventory).remedy, Not(HasSubstr("another slot")))
      << "nothing on the root bus is in one";
}

TEST(DirectMapping, GroupsThatAreAlikeAreOneFinding) {
  auto target = card();
  target.functions.push_back(test::at("0000:02:00.0"));
  EXPECT_EQ(only(direct_mapping(machine(), target)).what, "firmware ties no memory to IOMMU groups 1 and 2");
  auto inventory = with(std::nullopt);
  inventory.groups[2].reserved_regions.reset();
  EXPECT_EQ(only(direct_mapping(inventory, target)).what,
            "whether firmware demands memory for IOMMU groups 1 and 2 is not known");
}

TEST(DirectMapping, EachGroupIsJudgedOnce) {
  auto inventory = with(k_direct);
  EXPECT_EQ(direct_mapping(inventory, card()).size(), 1U);
  inventory.groups[2].reserved_regions = k_direct;
  auto target = card();
  target.functions.push_back(test::at("0000:02:00.0"));
  EXPECT_EQ(direct_mapping(inventory, target).size(), 2U);
}

TEST(DirectMapping, DoesNotApplyWithoutAnIommu) {
  auto inventory = with(k_direct);
  inventory.iommu.enabled = false;
  EXPECT_TRUE(direct_mapping(inventory, card()).empty());
}

}  // namespace
}  // namespace gpupass::judge
