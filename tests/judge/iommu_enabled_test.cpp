// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/viability.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::machine;
using test::only;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

Inventory without_iommu(IommuOff off, const char* table, const char* cpu_flag) {
  auto inventory = machine();
  inventory.iommu = {IommuKind::none, false, off, Ternary::unknown, table, "", false};
  inventory.kvm.cpu_flag = cpu_flag;
  inventory.groups.clear();
  return inventory;
}

Finding judged(const Inventory& inventory) {
  return only(iommu_enabled(inventory, test::card()));
}

TEST(IommuEnabled, IsFineAndSaysWhichKindWhenOn) {
  const auto finding = judged(machine());
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "Intel VT-d is on");
  EXPECT_EQ(finding.device, std::nullopt);
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/kernel/iommu_groups", "4 groups of PCI functions"}));
}

TEST(IommuEnabled, NamesTheKernelOptionThatIntelNeeds) {
  const auto finding = judged(without_iommu(IommuOff::kernel_option_missing, "DMAR", "vmx"));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_THAT(finding.what, HasSubstr("the firmware offers Intel VT-d"));
  EXPECT_THAT(finding.remedy, HasSubstr("add intel_iommu=on to the kernel's command line"));
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/firmware/acpi/tables/DMAR", "present"}));
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/proc/cmdline", "root=/dev/nvme0n1p2 intel_iommu=on"}));
}

TEST(IommuEnabled, DoesNotSendAmdOwnersToAnIntelOption) {
  const auto finding = judged(without_iommu(IommuOff::kernel_option_missing, "IVRS", "svm"));
  EXPECT_THAT(finding.what, HasSubstr("AMD-Vi"));
  EXPECT_THAT(finding.remedy, HasSubstr("amd_iommu=force_enable"));
  EXPECT_THAT(finding.remedy, Not(HasSubstr("intel")));
}

TEST(IommuEnabled, TheTableOutweighsTheProcessor) {
  const auto finding = judged(without_iommu(IommuOff::kernel_option_missing, "DMAR", "svm"));
  EXPECT_THAT(finding.remedy, HasSubstr("intel_iommu=on"));
}

TEST(IommuEnabled, NamesTheOptionThatTurnsItOff) {
  auto inventory = without_iommu(IommuOff::kernel_option_off, "DMAR", "vmx");
  inventory.kernel.command_line = "quiet intel_iommu=on,off iommu=pt";
  EXPECT_THAT(judged(inventory).remedy, HasSubstr("take intel_iommu=on,off off the kernel's command line"));
}

TEST(IommuEnabled, NamesTheFirmwareSettingOfTheProcessorsMaker) {
  auto inventory = without_iommu(IommuOff::no_firmware_table, "", "vmx");
  EXPECT_THAT(judged(inventory).remedy, HasSubstr("Intel VT-d"));
  EXPECT_THAT(judged(inventory).remedy, Not(HasSubstr("intel_iommu=on"))) << "it is there already";
  inventory.kernel.command_line = "quiet";
  EXPECT_THAT(judged(inventory).remedy, HasSubstr("then add intel_iommu=on"));
  const auto amd = judged(without_iommu(IommuOff::no_firmware_table, "", "svm"));
  EXPECT_THAT(amd.remedy, HasSubstr("AMD-Vi"));
  EXPECT_THAT(amd.remedy, Not(HasSubstr("intel_iommu")));
  EXPECT_THAT(amd.evidence, Contains(Evidence{"/sys/firmware/acpi/tables", "neither DMAR nor IVRS"}));
}

TEST(IommuEnabled, AMachineWithoutAnyVirtualisationIsToldApart) {
  const auto finding = judged(without_iommu(IommuOff::no_cpu_support, "", ""));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/proc/cpuinfo", "flags: neither vmx nor svm"}));
}

TEST(IommuEnabled, AXenDom0IsNotToldToTurnItsIommuOn) {
  const auto finding = judged(without_iommu(IommuOff::xen_dom0, "DMAR", ""));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_THAT(finding.what, HasSubstr("Xen dom0"));
  EXPECT_THAT(finding.remedy, Not(HasSubstr("intel_iommu")));
}

TEST(IommuEnabled, OnArm64NothingOfX86IsAdvised) {
  auto inventory = without_iommu(IommuOff::no_unit, "IORT", "");
  inventory.kernel.architecture = "aarch64";
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_THAT(finding.what, HasSubstr("SMMU"));
  for (const auto* const word : {"intel", "amd", "VT-", "vmx", "DMAR"})
    EXPECT_THAT(finding.remedy, Not(HasSubstr(word))) << word;
  inventory = machine();
  inventory.kernel.architecture = "aarch64";
  inventory.iommu.kind = IommuKind::arm_smmu;
  EXPECT_EQ(judged(inventory).what, "the SMMU is on");
}

TEST(IommuEnabled, IsUnmeasuredOnAnArchitectureThatIsNotKnown) {
  auto inventory = without_iommu(IommuOff::could_not_tell, "", "");
  inventory.kernel.architecture = "riscv64";
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  EXPECT_THAT(finding.what, HasSubstr("riscv64"));
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/class/iommu", "empty or not there"}));
}

TEST(IommuEnabled, IsUnmeasuredWhereTheTablesCannotBeRead) {
  auto inventory = without_iommu(IommuOff::could_not_tell, "", "vmx");
  inventory.problems = {{"/sys/firmware/acpi/tables", "Permission denied"}, {"/proc/swaps", "gone"}};
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  const std::vector<Evidence> evidence{{"/sys/firmware/acpi/tables", "Permission denied"}};
  EXPECT_EQ(finding.evidence, evidence);
}

TEST(IommuEnabled, OnlyIntelNeedsAnOptionAndOnlyWhereTheFirmwareOffersIt) {
  Inventory inventory;
  inventory.iommu.table = "DMAR";
  inventory.iommu.off = IommuOff::kernel_option_missing;
  EXPECT_EQ(missing_kernel_words(inventory), std::vector<std::string>{"intel_iommu=on"});
  inventory.iommu.enabled = true;
  EXPECT_TRUE(missing_kernel_words(inventory).empty());
  inventory.iommu.enabled = false;
  inventory.iommu.table = "IVRS";
  EXPECT_TRUE(missing_kernel_words(inventory).empty());
  inventory.iommu.table.clear();
  inventory.iommu.off = IommuOff::no_firmware_table;
  EXPECT_TRUE(missing_kernel_words(inventory).empty());
}

TEST(IommuEnabled, AtABootTheOptionThatGpupassAddsIsThere) {
  Inventory inventory = machine();
  inventory.iommu.enabled = false;
  inventory.iommu.table = "DMAR";
  inventory.iommu.off = IommuOff::kernel_option_missing;
  EXPECT_TRUE(iommu_enabled_at_boot(inventory, {}).empty());
  inventory.iommu.off = IommuOff::no_firmware_table;
  EXPECT_EQ(iommu_enabled_at_boot(inventory, {}), iommu_enabled(inventory, {}));
}

}  // namespace
}  // namespace gpupass::judge
