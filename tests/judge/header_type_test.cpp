// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::card;
using test::machine;
using test::only;

TEST(HeaderTypeRule, EndpointsAreFine) {
  const auto finding = only(header_type(machine(), card()));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "0000:01:00.0 and 0000:01:00.1 are endpoints");
}

TEST(HeaderTypeRule, ABridgeBlocks) {
  const auto finding = only(header_type(machine(), test::target("0000:00:01.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what,
            "0000:00:01.0 (PCI bridge, driver pcieport) is a bridge; only endpoints can be passed through");
  EXPECT_EQ(finding.evidence.front().value, "header type 1");
}

TEST(HeaderTypeRule, ACardBusBridgeBlocks) {
  auto inventory = machine();
  test::device_of(inventory, "0000:03:00.0").header_type = HeaderType::cardbus;
  const auto finding = only(header_type(inventory, test::target("0000:03:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.evidence.front().value, "header type 2");
}

TEST(HeaderTypeRule, APartOfTheBoardBlocksThoughItsHeaderIsAnEndpoints) {
  auto inventory = machine();
  test::device_of(inventory, "0000:03:00.0").class_code = 0x060100;  // an ISA bridge
  const auto finding = only(header_type(inventory, test::target("0000:03:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.evidence.front(), (Evidence{"/sys/bus/pci/devices/0000:03:00.0/class", "0x060100"}));
}

/// Of class 06, and a device in its own right: NVSwitches, non-transparent bridges of a card.
TEST(HeaderTypeRule, AnEndpointOfClass06BelowAPortIsPassed) {
  auto inventory = machine();
  auto& device = test::device_of(inventory, "0000:03:00.0");
  device.bridges = {test::at("0000:00:01.0")};
  for (const auto class_code : {0x068000U, 0x060900U, 0x060a00U}) {
    device.class_code = class_code;
    EXPECT_EQ(only(header_type(inventory, test::target("0000:03:00.0"))).severity, Severity::fine)
        << class_code;
  }
  for (const auto class_code : {0x060000U, 0x060100U, 0x060400U, 0x060700U}) {
    device.class_code = class_code;
    EXPECT_EQ(only(header_type(inventory, test::target("0000:03:00.0"))).severity, Severity::blocks)
        << class_code;
  }
}

/// As a chipset's power management (PIIX4) is.
TEST(HeaderTypeRule, OneOnTheRootBusIsTheBoards) {
  auto inventory = machine();
  test::device_of(inventory, "0000:03:00.0").class_code = 0x068000;
  EXPECT_EQ(only(header_type(inventory, test::target("0000:03:00.0"))).severity, Severity::blocks);
}

TEST(HeaderTypeRule, LeavesADeadDeviceToTheRuleThatHasIt) {
  auto inventory = machine();
  test::device_of(inventory, "0000:01:00.0").header_type = HeaderType::unreadable;
  EXPECT_TRUE(header_type(inventory, test::target("0000:01:00.0")).empty());
  inventory.problems = {{"/sys/bus/pci/devices/0000:01:00.1/config", "Permission denied"}};
  EXPECT_TRUE(header_type(inventory, test::target("0000:01:00.1")).empty());
}

}  // namespace
}  // namespace gpupass::judge
