// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/inventory_json.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace gpupass::report {
namespace {

using core::Json;

PciAddress at(const char* text) {
  return parse_pci_address(text).value();
}

Inventory machine() {
  Inventory inventory;
  for (const auto* const address : {"0000:01:00.0", "0000:01:00.1", "0000:02:00.0"}) {
    auto& device = inventory.devices.emplace_back();
    device.address = at(address);
    device.iommu_group = device.address.bus;
  }
  inventory.groups = {{1, "DMA", {at("0000:01:00.0"), at("0000:01:00.1")}}, {2, "DMA", {at("0000:02:00.0")}}};
  inventory.holders = {{at("0000:01:00.0"), HolderKind::process, "/dev/nvidia0", "", 7, "cuda"},
                       {at("0000:02:00.0"), HolderKind::mount, "/dev/nvme0n1p2", "/", 0, ""}};
  inventory.problems = {{"/proc/1/fd", "Permission denied"}};
  return inventory;
}

Json written(const Inventory& inventory, const std::vector<const Device*>& shown) {
  std::ostringstream out;
  write_list(out, inventory, shown, {});
  return Json::parse(out.str());
}

TEST(InventoryJson, OfADeviceHasEveryFact) {
  Device device;
  device.address = at("0000:01:00.0");
  device.class_code = 0x030200;
  device.vendor = 0x10de;
  device.device = 0x2330;
  device.subsystem_vendor = 0x10de;
  device.subsystem_device = 0x16c1;
  device.revision = 0xa1;
  device.class_name = "3D controller";
  device.vendor_name = "NVIDIA Corporation";
  device.device_name = "GH100";
  device.subsystem_name = "HGX";
  device.driver = "nvidia";
  device.modules = {"nouveau"};
  device.driver_override = "vfio-pci";
  device.iommu_group = 7;
  device.bridges = {at("0000:00:01.0")};
  device.is_pcie = true;
  device.bars = {{0, 0xe0000000, 16U << 20U, false, true, true}};
  device.reset_methods = {"flr"};
  device.numa_node = 1;
  device.link_now = Link{"16.0 GT/s PCIe", 8};
  device.link_most = Link{"32.0 GT/s PCIe", 16};
  device.boot_vga = false;
  device.sriov = Sriov{{}, 8, 1, {at("0000:01:00.4")}};
  device.power_state = "D0";
  EXPECT_EQ(to_json(device), Json::parse(R"({
    "address": "0000:01:00.0", "class": "0x030200", "class_name": "3D controller",
    "ids": "10de:2330", "vendor_name": "NVIDIA Corporation", "device_name": "GH100",
    "subsystem_ids": "10de:16c1", "subsystem_name": "HGX", "revision": "0xa1",
    "header_type": "endpoint", "pcie": true, "driver": "nvidia", "driver_override": "vfio-pci",
    "modules": ["nouveau"], "iommu_group": 7, "bridges": ["0000:00:01.0"],
    "bars": [{"index": 0, "start": "0xe0000000", "size": 16777216, "io": false, "64bit": true,
              "prefetchable": true}],
    "reset_methods": ["flr"], "numa_node": 1,
    "link_now": {"speed": "16.0 GT/s PCIe", "width": 8}, "link_most": {"speed": "32.0 GT/s PCIe", "width": 16},
    "boot_vga": false,
    "sriov": {"physical_function": null, "total": 8, "enabled": 1, "virtual_functions": ["0000:01:00.4"]},
    "power_state": "D0"})"));
}

TEST(InventoryJson, HasNullForWhatIsNotKnown) {
  const auto json = to_json(Device{});
  for (const auto* const name : {"driver", "driver_override", "iommu_group", "numa_node", "link_now",
                                 "link_most", "boot_vga", "sriov", "power_state"}) {
    EXPECT_TRUE(json.at(name).is_null()) << name;
  }
  EXPECT_TRUE(to_json(Iommu{}).at("interrupt_remapping").is_null());
  EXPECT_TRUE(to_json(Kvm{}).at("probe").is_null());
}

TEST(InventoryJson, ListIsOneDocument) {
  const auto inventory = machine();
  const auto json = written(inventory, {&inventory.devices[0], &inventory.devices[1], &inventory.devices[2]});
  EXPECT_EQ(json.at("schema"), "gpupass.list/2");
  EXPECT_EQ(json.at("devices").size(), 3U);
  EXPECT_EQ(json.at("groups")[0].at("members"), Json::parse(R"(["0000:01:00.0", "0000:01:00.1"])"));
  EXPECT_EQ(json.at("holders")[0],
            Json::parse(R"({"device": "0000:01:00.0", "kind": "process", "node": "/dev/nvidia0", "use": "",
                            "pid": 7, "process": "cuda"})"));
  EXPECT_EQ(json.at("holders_complete"), false);
  EXPECT_EQ(json.at("problems"), Json::parse(R"([{"path": "/proc/1/fd", "what": "Permission denied"}])"));
  for (const auto* const part : {"iommu", "kernel", "kvm"}) EXPECT_TRUE(json.at(part).is_object()) << part;
}

TEST(InventoryJson, ListOfOneDeviceHasItsGroupAndHoldersOnly) {
  const auto inventory = machine();
  const auto json = written(inventory, {&inventory.devices[2]});
  ASSERT_EQ(json.at("devices").size(), 1U);
  ASSERT_EQ(json.at("groups").size(), 1U);
  EXPECT_EQ(json.at("groups")[0].at("number"), 2);
  ASSERT_EQ(json.at("holders").size(), 1U);
  EXPECT_EQ(json.at("holders")[0].at("use"), "/");
}

TEST(InventoryJson, ListOfNothingIsADocumentToo) {
  EXPECT_EQ(written({}, {}).at("devices"), Json::array());
}

TEST(InventoryJson, IsValidWhateverTheTextHolds) {
  auto inventory = machine();
  inventory.devices[0].class_name = "\xff\xfe \"\\ \x01";
  inventory.problems[0].what = "\xc3";
  EXPECT_EQ(written(inventory, {&inventory.devices[0]}).at("devices").size(), 1U);
}

}  // namespace
}  // namespace gpupass::report
