// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/device_text.hpp"

#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

Device named(const char* vendor, const char* model) {
  Device device;
  device.class_name = "3D controller";
  device.vendor_name = vendor;
  device.device_name = model;
  return device;
}

TEST(ShortName, HasTheVendorInFewWords) {
  EXPECT_EQ(short_name(named("NVIDIA Corporation", "GH100")), "NVIDIA GH100");
  EXPECT_EQ(short_name(named("Advanced Micro Devices, Inc. [AMD/ATI]", "Navi 21")), "AMD/ATI Navi 21");
  EXPECT_EQ(short_name(named("Realtek Semiconductor Co., Ltd.", "RTL8111")), "Realtek Semiconductor RTL8111");
  EXPECT_EQ(short_name(named("Samsung Electronics Co Ltd", "PM9A1")), "Samsung Electronics PM9A1");
}

TEST(ShortName, SaysWhatKindItIsWhereTheModelHasNoName) {
  EXPECT_EQ(short_name(named("NVIDIA Corporation", "")), "NVIDIA 3D controller");
  EXPECT_EQ(short_name(named("", "")), "3D controller");
  EXPECT_EQ(short_name(Device{}), "unknown");
}

TEST(LinkText, SaysWhatItCouldBeWhereItIsLess) {
  Device device;
  EXPECT_EQ(link_text(device), "");
  device.link_now = device.link_most = Link{"16.0 GT/s PCIe", 16};
  EXPECT_EQ(link_text(device), "16.0 GT/s x16");
  device.link_now->speed = "2.5 GT/s PCIe";
  EXPECT_EQ(link_text(device), "2.5 GT/s x16 of 16.0 GT/s x16");
}

TEST(Remarks, NameWhatAPersonShouldKnow) {
  Device device;
  EXPECT_EQ(remarks(device), "");
  device.boot_vga = true;
  device.driver_override = "vfio-pci";
  device.power_state = "D3cold";
  device.header_type = HeaderType::unreadable;
  EXPECT_EQ(remarks(device), "boot display, does not answer, override vfio-pci, D3cold");
  device = {};
  device.driver = device.driver_override = "vfio-pci";
  EXPECT_EQ(remarks(device), "override");
}

TEST(Remarks, NameVirtualFunctions) {
  Device device;
  device.sriov = Sriov{{}, 8, 0, {}};
  EXPECT_EQ(remarks(device), "");
  device.sriov->enabled = 2;
  EXPECT_EQ(remarks(device), "2 of 8 VFs");
  device.sriov = Sriov{PciAddress{0, 1, 0, 0}, 0, 0, {}};
  EXPECT_EQ(remarks(device), "VF of 0000:01:00.0");
}

TEST(ProblemsText, ShowsTheFirstAndCountsTheRest) {
  EXPECT_EQ(problems_text({}), "");
  EXPECT_EQ(problems_text({{"/a", "is missing"}}),
            "one thing could not be read or understood:\n  /a: is missing\n");
  const auto text = problems_text(std::vector<Problem>(5, Problem{"/a", "x"}));
  EXPECT_TRUE(text.starts_with("5 things"));
  EXPECT_NE(text.find("… and 2 more"), std::string::npos);
}

}  // namespace
}  // namespace gpupass::report
