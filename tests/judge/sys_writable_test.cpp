// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

TEST(SysWritableRule, SaysNothingWhereItCanBeWritten) {
  EXPECT_TRUE(sys_writable(test::machine(), {}).empty());
}

TEST(SysWritableRule, ReadOnlyBlocks) {
  auto inventory = test::machine();
  inventory.sys_read_only = true;
  const auto finding = test::only(sys_writable(inventory, {}));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_FALSE(finding.device);
}

}  // namespace
}  // namespace gpupass::judge
