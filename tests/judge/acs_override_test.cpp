// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::machine;
using test::only;

TEST(AcsOverride, WarnsThatGroupsAreSplitByForce) {
  auto inventory = machine();
  inventory.kernel.command_line = "ro pcie_acs_override=downstream,multifunction,id:144d:a824 quiet";
  const auto finding = only(acs_override(inventory, test::card()));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_FALSE(finding.device) << "it is so of the machine";
  EXPECT_THAT(finding.what, ::testing::StartsWith("IOMMU groups are split by force"));
  EXPECT_EQ(finding.evidence.front(),
            (Evidence{"/proc/cmdline", "pcie_acs_override=downstream,multifunction,id:144d:a824"}));
}

TEST(AcsOverride, IsFineWithoutTheOptionAndSilentWithoutAnIommu) {
  auto inventory = machine();
  EXPECT_EQ(only(acs_override(inventory, test::card())).severity, Severity::fine);
  inventory.iommu.enabled = false;
  EXPECT_TRUE(acs_override(inventory, test::card()).empty());
}

}  // namespace
}  // namespace gpupass::judge
