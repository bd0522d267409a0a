// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::at;
using test::device_of;
using test::machine;
using test::only;
using test::target;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(BootDisplay, ASecondCardIsFineAndItsSoundIsNoDisplay) {
  const auto finding = only(boot_display(machine(), test::card()));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.device, at("0000:01:00.0"));
}

TEST(BootDisplay, TheCardWithTheScreenIsAPersonsToGive) {
  const auto finding = only(boot_display(machine(), target("0000:00:02.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_THAT(finding.what, HasSubstr("the screen goes dark"));
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/bus/pci/devices/0000:00:02.0/boot_vga", "1"}));
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/class/graphics/fb0", "text console on i915drmfb"}));
  EXPECT_THAT(finding.what, Not(HasSubstr("only graphics card")));
}

TEST(BootDisplay, SaysWhenItIsTheOnlyCard) {
  auto inventory = machine();
  std::erase_if(inventory.devices, [](const Device& device) { return device.address == at("0000:01:00.0"); });
  const auto finding = only(boot_display(inventory, target("0000:00:02.0")));
  EXPECT_THAT(finding.what, HasSubstr("it is the machine's only graphics card"));
  EXPECT_THAT(finding.remedy, Not(HasSubstr("another card")));
}

TEST(BootDisplay, TheConsoleOnACardThatIsNotTheBootCardBlocksToo) {
  auto inventory = machine();
  inventory.holders = {
      {at("0000:01:00.0"), HolderKind::console, "fb1", "text console on nouveaudrmfb", 0, ""}};
  EXPECT_EQ(only(boot_display(inventory, test::card())).severity, Severity::blocks);
}

TEST(BootDisplay, AFramebufferThatShowsNoConsoleIsNoScreen) {
  auto inventory = machine();
  inventory.holders = {{at("0000:01:00.0"), HolderKind::framebuffer, "fb1", "nouveaudrmfb", 0, ""}};
  EXPECT_EQ(only(boot_display(inventory, test::card())).severity, Severity::fine);
}

TEST(BootDisplay, TheBootCardOnVfioIsDarkAlready) {
  auto inventory = machine();
  inventory.holders.clear();
  EXPECT_EQ(only(boot_display(inventory, target("0000:00:02.0"))).severity, Severity::blocks);
  device_of(inventory, "0000:00:02.0").driver = "vfio-pci";
  const auto finding = only(boot_display(inventory, target("0000:00:02.0")));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.evidence.front().value, "1, but its driver is vfio-pci");
}

TEST(BootDisplay, ASerialConsoleIsNoScreen) {
  auto inventory = machine();
  inventory.holders = {{at("0000:03:00.0"), HolderKind::console, "ttyS4", "kernel console", 0, ""}};
  const auto finding = only(boot_display(inventory, target("0000:03:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_THAT(finding.what, HasSubstr("ttyS4"));
  EXPECT_THAT(finding.what, Not(HasSubstr("screen")));
}

TEST(BootDisplay, IsUnmeasuredWhereBootVgaCannotBeRead) {
  auto inventory = machine();
  device_of(inventory, "0000:01:00.0").boot_vga.reset();
  inventory.problems = {{"/sys/bus/pci/devices/0000:01:00.0/boot_vga", "holds 'x'"}};
  EXPECT_EQ(only(boot_display(inventory, test::card())).severity, Severity::unmeasured);
}

}  // namespace
}  // namespace gpupass::judge
