// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/hotplug_window.hpp"

#include <gmock/gmock.h>

namespace gpupass {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::uint64_t k_mebibyte = 1U << 20U;

Device function_with(const std::string& address, const std::vector<Bar>& bars) {
  Device device;
  device.address = parse_pci_address(address).value();
  device.bars = bars;
  return device;
}

Bar memory(int index, std::uint64_t size) {
  return {index, 0, size, false, true, true};
}

TEST(HotplugWindow, IsTooSmallForACardOfTwoHundredAndFiftySixMebibytes) {
  const auto gpu = function_with("0000:01:00.0", {memory(0, 16 * k_mebibyte), memory(1, 256 * k_mebibyte)});
  const auto sound = function_with("0000:01:00.1", {memory(0, 16384)});
  EXPECT_THAT(virt::warn_of_hotplug_window("<domain/>", {&sound, &gpu}),
              Optional(HasSubstr("0000:01:00.0 needs 272 MiB")));
}

TEST(HotplugWindow, HoldsTwoMebibytes) {
  auto nic = function_with("0000:03:00.0", {memory(0, k_mebibyte), memory(2, k_mebibyte)});
  EXPECT_EQ(virt::warn_of_hotplug_window("<domain/>", {&nic}), std::nullopt);
  nic.bars.push_back(memory(4, 4096));
  EXPECT_NE(virt::warn_of_hotplug_window("<domain/>", {&nic}), std::nullopt);
}

TEST(HotplugWindow, IsNotFilledByPortsOrTheRom) {
  const auto nic =
      function_with("0000:03:00.0", {{0, 0, 4 * k_mebibyte, true, false, false}, memory(6, 4 * k_mebibyte)});
  EXPECT_EQ(virt::warn_of_hotplug_window("<domain/>", {&nic}), std::nullopt);
}

TEST(HotplugWindow, IsTheUsersBusinessWhereTheDomainReservesOne) {
  const auto gpu = function_with("0000:01:00.0", {memory(0, 256 * k_mebibyte)});
  for (const auto* const xml :
       {"<qemu:arg value='pcie-root-port.mem-reserve=32M'/>",
        "<qemu:arg value='pcie-root-port.pref64-reserve=64G'/>", "<target chassis='1' memReserve='9216'/>"}) {
    EXPECT_EQ(virt::warn_of_hotplug_window(xml, {&gpu}), std::nullopt) << xml;
  }
}

TEST(HotplugWindow, OfNothingIsLargeEnough) {
  EXPECT_EQ(virt::warn_of_hotplug_window("<domain/>", {}), std::nullopt);
}

}  // namespace
}  // namespace gpupass
