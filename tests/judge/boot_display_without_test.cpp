// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::only;
using testing::HasSubstr;

class BootDisplayWithout : public testing::Test {
 protected:
  BootDisplayWithout() {
    for (int bus = 1; bus <= 2; ++bus) {
      Device gpu;
      gpu.address.bus = static_cast<std::uint8_t>(bus);
      gpu.class_code = 0x030000;
      gpu.boot_vga = bus == 1;
      inventory.devices.push_back(gpu);
    }
  }
  [[nodiscard]] PciAddress first() const { return inventory.devices[0].address; }
  [[nodiscard]] PciAddress second() const { return inventory.devices[1].address; }
  Inventory inventory;
};

TEST_F(BootDisplayWithout, ASecondCardIsNobodysConcern) {
  EXPECT_TRUE(boot_display_without(inventory, {{second()}}).empty());
  inventory.devices[0].driver = "vfio-pci";  // now; that does not outlast the boot
  EXPECT_TRUE(boot_display_without(inventory, {{second()}}).empty());
}

TEST_F(BootDisplayWithout, TheFirmwaresCardAndTheLastOneAreAskedAbout) {
  const auto firmware = only(boot_display_without(inventory, {{first()}}));
  EXPECT_EQ(firmware.consent, Consent::may_be_given);
  EXPECT_THAT(firmware.what, HasSubstr("the firmware starts with 0000:01:00.0"));
  EXPECT_THAT(firmware.remedy, HasSubstr("gpupass.bind=off"));
  inventory.devices[0].driver = "vfio-pci";
  EXPECT_EQ(boot_display_without(inventory, {{first()}}).size(), 1U) << "bound now is not bound at boot";
  const auto last = only(boot_display_without(inventory, {{first(), second()}}));
  EXPECT_THAT(last.what, HasSubstr("no graphics card is left to the host"));
}

TEST_F(BootDisplayWithout, AConsoleOnASerialCardIsAskedAbout) {
  const PciAddress serial{0, 3, 0, 0};
  EXPECT_TRUE(boot_display_without(inventory, {{serial}}).empty());
  inventory.holders.push_back({serial, HolderKind::console, "ttyS4", "ttyS4", 0, ""});
  const auto finding = only(boot_display_without(inventory, {{serial}}));
  EXPECT_THAT(finding.what, HasSubstr("ttyS4"));
}

}  // namespace
}  // namespace gpupass::judge
