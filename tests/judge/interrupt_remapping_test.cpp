// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "judge/machine.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
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
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_EQ(finding.evidence.back().value, "Y");
}

TEST(InterruptRemapping, IsUnmeasuredWhereNothingTells) {
  auto inventory = with_remapping(Ternary::unknown);
  inventory.problems = {{"/proc/interrupts", "Permission denied"}};
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  EXPECT_EQ(finding.evidence.size(), 1U);
}

TEST(InterruptRemapping, DoesNotApplyWithoutAnIommu) {
  auto inventory = with_remapping(Ternary::unknown);
  inventory.iommu.enabled = false;
  EXPECT_TRUE(interrupt_remapping(inventory, test::card()).empty());
}

}  // namespace
}  // namespace gpupass::rules
