// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::machine;
using test::only;
using ::testing::HasSubstr;

Inventory with_remapping(Ternary remapping, const char* evidence = "") {
  auto inventory = machine();
  inventory.iommu.interrupt_remapping = remapping;
  inventory.iommu.evidence = evidence;
  return inventory;
}

Finding judged(const Inventory& inventory) {
  return only(interrupt_remapping(inventory, test::card()));
}

TEST(InterruptRemapping, IsFineWhereThereIsIt) {
  const auto finding = judged(machine());
  EXPECT_EQ(finding.severity, Severity::fine);
  const std::vector<Evidence> evidence{{"/proc/interrupts", "IR-PCI-MSI"}};
  EXPECT_EQ(finding.evidence, evidence);
}

TEST(InterruptRemapping, BlocksAsTheKernelDoes) {
  const auto finding = judged(with_remapping(Ternary::no, "/proc/interrupts: no interrupt chip named IR-…"));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  const std::vector<Evidence> evidence{{"/proc/interrupts", "no interrupt chip named IR-…"}};
  EXPECT_EQ(finding.evidence, evidence);
  EXPECT_THAT(finding.remedy, HasSubstr("firmware"));
  EXPECT_THAT(finding.remedy, HasSubstr("allow_unsafe_interrupts"));
}

TEST(InterruptRemapping, OnlyWarnsWhereVfioWasToldToGoOnWithout) {
  auto inventory = with_remapping(Ternary::no);
  inventory.iommu.unsafe_interrupts = true;
  inventory.iommu.unsafe_by = "/etc/modprobe.d/vfio.conf";
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_EQ(finding.evidence.back().path, "/etc/modprobe.d/vfio.conf");
}

TEST(InterruptRemapping, IsUnmeasuredWhereNothingTells) {
  auto inventory = with_remapping(Ternary::unknown);
  inventory.problems = {{"/proc/interrupts", "Permission denied"}};
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  EXPECT_EQ(finding.evidence.size(), 1U);
}

Inventory on(const char* architecture, Ternary remapping, const char* evidence) {
  auto inventory = with_remapping(remapping, evidence);
  inventory.kernel.architecture = architecture;
  return inventory;
}

TEST(InterruptRemapping, OnArm64ItIsTheIts) {
  auto finding = judged(on("aarch64", Ternary::yes, "/proc/interrupts: ITS-MSI"));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_THAT(finding.what, HasSubstr("ITS"));
  finding = judged(on("aarch64", Ternary::no, "/proc/interrupts: GICv2m-PCI-MSI"));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_THAT(finding.remedy, testing::Not(HasSubstr("VT-d")));
  finding = judged(on("aarch64", Ternary::unknown, "/proc/interrupts: interrupts come through GICv3"));
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  EXPECT_EQ(finding.evidence.front().value, "interrupts come through GICv3");
}

TEST(InterruptRemapping, IsUnmeasuredOnOtherArchitecturesAndSaysWhatWasRead) {
  for (const auto* const architecture : {"riscv64", "s390x", ""}) {
    const auto finding =
        judged(on(architecture, Ternary::unknown, "/proc/interrupts: interrupts come through RISC-V-IMSIC"));
    EXPECT_EQ(finding.severity, Severity::unmeasured);
    EXPECT_THAT(finding.what, HasSubstr("gpupass does not know"));
    ASSERT_EQ(finding.evidence.size(), 2U);
    EXPECT_EQ(finding.evidence[0].value, "interrupts come through RISC-V-IMSIC");
    EXPECT_THAT(finding.evidence[1].value,
                HasSubstr(*architecture == '\0' ? "no architecture" : architecture));
  }
}

TEST(InterruptRemapping, DoesNotApplyWithoutAnIommu) {
  auto inventory = with_remapping(Ternary::unknown);
  inventory.iommu.enabled = false;
  EXPECT_TRUE(interrupt_remapping(inventory, test::card()).empty());
}

}  // namespace
}  // namespace gpupass::judge
