// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/modules.hpp"

#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using Names = std::vector<std::string>;

Device card() {
  Device device;
  device.vendor = 0x10de;
  device.device = 0x2330;
  device.subsystem_vendor = 0x10de;
  device.subsystem_device = 0x16c1;
  device.class_code = 0x030200;
  return device;
}

bool fits(const char* alias) {
  const auto parsed = parse_alias(alias);
  EXPECT_TRUE(parsed) << alias;
  return parsed && parsed->fits(card());
}

TEST(PciAlias, FitsByIdsAndByClass) {
  EXPECT_TRUE(fits("pci:v000010DEd00002330sv*sd*bc*sc*i*"));
  EXPECT_TRUE(fits("pci:v000010DEd*sv*sd*bc03sc02i00*"));
  EXPECT_TRUE(fits("pci:v*d*sv*sd*bc03sc*i*"));
  EXPECT_TRUE(fits("pci:v000010DEd00002330sv000010DEsd000016C1bc*sc*i*"));
}

TEST(PciAlias, DoesNotFitWhenOnePartDiffers) {
  EXPECT_FALSE(fits("pci:v000010DEd00002331sv*sd*bc*sc*i*"));
  EXPECT_FALSE(fits("pci:v00001002d*sv*sd*bc*sc*i*"));
  EXPECT_FALSE(fits("pci:v*d*sv*sd000016C2bc*sc*i*"));
  EXPECT_FALSE(fits("pci:v*d*sv00001043sd*bc*sc*i*"));
  EXPECT_FALSE(fits("pci:v*d*sv*sd*bc04sc*i*"));
  EXPECT_FALSE(fits("pci:v*d*sv*sd*bc*sc00i*"));
  EXPECT_FALSE(fits("pci:v*d*sv*sd*bc*sc*i01*"));
}

TEST(PciAlias, OtherTextIsNone) {
  for (const auto* const text :
       {"", "usb:v046DpC31C", "pci:", "pci:v10DE", "pci:v000010DEd00002330", "pci:v*d*sv*sd*bc*sc*i*more",
        "pci:vXXXXXXXXd*sv*sd*bc*sc*i*", "pci:v*d*sv*sd*bc3"}) {
    EXPECT_FALSE(parse_alias(text)) << text;
  }
}

class FindModules : public ::testing::Test {
 protected:
  std::vector<Device> find() {
    std::vector<Device> devices{card(), card()};
    find_modules(host_, "6.1", devices, problems_);
    return devices;
  }

  test::Tree tree_;
  Host host_{tree_.root()};
  Problems problems_;
};

TEST_F(FindModules, TakesLoadableOnesSortedAndOnce) {
  tree_.file("/lib/modules/6.1/modules.alias",
             "# Aliases extracted from modules themselves.\n"
             "alias pci:v000010DEd*sv*sd*bc03sc*i* nvidiafb\n"
             "alias pci:v000010DEd00002330sv*sd*bc*sc*i* nouveau\n"
             "alias pci:v000010DEd*sv*sd*bc03sc02i00* nouveau\n"
             "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"
             "alias usb:v*d* usbcore\n"
             "alias pci:broken");
  for (const auto& device : find()) EXPECT_EQ(device.modules, (Names{"nouveau", "nvidiafb"}));
  EXPECT_TRUE(problems_.empty());
}

TEST_F(FindModules, TakesThoseBuiltIn) {
  using namespace std::string_literals;
  tree_.file("/lib/modules/6.1/modules.alias");
  tree_.file("/lib/modules/6.1/modules.builtin.modinfo",
             "efifb.license=GPL\0bochs.alias=pci:v000010DEd*sv*sd*bc*sc*i*\0bochs.file=drivers/x\0"s);
  EXPECT_EQ(find()[0].modules, Names{"bochs"});
}

TEST_F(FindModules, NotesAMissingList) {
  EXPECT_TRUE(find()[0].modules.empty());
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_EQ(problems_[0].path, "/lib/modules/6.1/modules.alias");
}

}  // namespace
}  // namespace gpupass::discover
