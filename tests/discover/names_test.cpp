// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/names.hpp"

#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

constexpr const char* k_list = "/usr/share/misc/pci.ids";

class NameDevices : public ::testing::Test {
 protected:
  Device name(const std::string& list) {
    tree_.file(k_list, list);
    std::vector<Device> devices(1);
    devices[0].vendor = 0x10de;
    devices[0].device = 0x2330;
    devices[0].subsystem_vendor = 0x10de;
    devices[0].subsystem_device = 0x16c1;
    devices[0].class_code = 0x030200;
    name_devices(host_, k_list, devices, problems_);
    return devices[0];
  }

  test::Tree tree_;
  Host host_{tree_.root()};
  Problems problems_;
};

TEST_F(NameDevices, FindsEachNameInItsBlock) {
  const auto device = name(
      "# comment\n\n"
      "1002  Advanced Micro Devices, Inc. [AMD/ATI]\n\t2330  another vendor's\n"
      "10de  NVIDIA Corporation\n"
      "\t2329  another device\n\t\t10de 16c1  another device's subsystem\n"
      "\t2330  GH100 [H100 SXM5 80GB]\n\t\t10de 16c0  another\n\t\t10de 16c1  HGX board\n"
      "C 02  Network controller\n\t00  Ethernet controller\n"
      "C 03  Display controller\n\t00  VGA compatible controller\n\t\t00  VGA controller\n\t02  3D "
      "controller\n");
  EXPECT_EQ(device.vendor_name, "NVIDIA Corporation");
  EXPECT_EQ(device.device_name, "GH100 [H100 SXM5 80GB]");
  EXPECT_EQ(device.subsystem_name, "HGX board");
  EXPECT_EQ(device.class_name, "3D controller");
  EXPECT_TRUE(problems_.empty());
}

TEST_F(NameDevices, TakesTheClassWhereTheSubclassHasNoName) {
  EXPECT_EQ(name("C 03  Display controller\n\t00  VGA compatible controller\n").class_name,
            "Display controller");
}

TEST_F(NameDevices, LeavesOutWhatTheListHasNot) {
  const auto device = name("10de  NVIDIA Corporation\n");
  EXPECT_EQ(device.device_name, "");
  EXPECT_EQ(device.subsystem_name, "");
}

TEST_F(NameDevices, PassesOverRubbishAndSaysSo) {
  const auto device =
      name("10de  NVIDIA\x1b[31m Corporation\n\tzzzz  what\n\t2330  GH100\xff\nnonsense\n\t\n");
  EXPECT_EQ(device.vendor_name, "NVIDIA\\x1b[31m Corporation");
  EXPECT_EQ(device.device_name, "GH100\\xff");
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_EQ(problems_[0].what, "2 lines are not entries, the first is 2");
}

TEST_F(NameDevices, TakesThisMachinesListWhereACapturedHostHasNone) {
  std::vector<Device> devices(1);
  const auto list = tree_.at("/ids").string();
  tree_.file("/ids", "0000  Nobody\n");
  name_devices(host_, list, devices, problems_);
  EXPECT_EQ(devices[0].vendor_name, "Nobody");
}

TEST_F(NameDevices, NotesAMissingList) {
  std::vector<Device> devices(1);
  name_devices(host_, "/nowhere/pci.ids", devices, problems_);
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_EQ(problems_[0].path, "/nowhere/pci.ids");
}

}  // namespace
}  // namespace gpupass::discover
