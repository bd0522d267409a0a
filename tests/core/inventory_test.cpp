// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/inventory.hpp"

#include <gtest/gtest.h>

namespace gpupass {
namespace {

PciAddress at(const char* text) {
  return parse_pci_address(text).value();
}

Inventory machine() {
  Inventory inventory;
  for (const auto* address :
       {"0000:00:00.0", "0000:01:00.0", "0000:01:00.1", "0000:01:01.0", "0001:01:00.0"}) {
    Device device;
    device.address = at(address);
    inventory.devices.push_back(device);
  }
  inventory.groups = {{0, "DMA", {}}, {7, "identity", {}}};
  inventory.kernel.modules = {{"vfio_pci", true, true}, {"kvm", false, true}};
  return inventory;
}

TEST(Inventory, FindsADeviceByItsWholeAddress) {
  const auto inventory = machine();
  ASSERT_NE(inventory.find(at("0001:01:00.0")), nullptr);
  EXPECT_EQ(inventory.find(at("0001:01:00.0"))->address, at("0001:01:00.0"));
  EXPECT_EQ(inventory.find(at("0000:01:00.2")), nullptr);
  EXPECT_EQ(inventory.find(at("0002:00:00.0")), nullptr);
}

TEST(Inventory, ASlotIsItsOwnFunctionsAndNoOthers) {
  const auto inventory = machine();
  const std::vector both{at("0000:01:00.0"), at("0000:01:00.1")};
  EXPECT_EQ(inventory.slot_of(at("0000:01:00.1")), both);
  EXPECT_TRUE(inventory.slot_of(at("0000:09:00.0")).empty());
}

TEST(Inventory, FindsGroupsAndModulesOrSaysThereAreNone) {
  const auto inventory = machine();
  ASSERT_NE(inventory.group(7), nullptr);
  EXPECT_EQ(inventory.group(7)->type, "identity");
  EXPECT_EQ(inventory.group(3), nullptr);
  ASSERT_NE(inventory.kernel.module("kvm"), nullptr);
  EXPECT_FALSE(inventory.kernel.module("kvm")->loaded);
  EXPECT_EQ(inventory.kernel.module("vfio"), nullptr);
}

}  // namespace
}  // namespace gpupass
