// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/pci_address.hpp"

#include <gtest/gtest.h>

namespace gpupass {
namespace {

TEST(PciAddress, ReadsWhatSysfsWrites) {
  EXPECT_EQ(parse_pci_address("0000:01:00.0"), (PciAddress{0, 1, 0, 0}));
  EXPECT_EQ(parse_pci_address("0021:de:1f.7"), (PciAddress{0x21, 0xde, 0x1f, 7}));
  EXPECT_EQ(parse_pci_address("10000:e1:00.0"), (PciAddress{0x10000, 0xe1, 0, 0}));  // Intel VMD
  EXPECT_EQ(to_string(PciAddress{0x10000, 0xe1, 0, 0}), "10000:e1:00.0");
}

TEST(PciAddress, RefusesEverythingElse) {
  for (const auto* text :
       {"", "01:00.0", "0000:01:00", "0000:01:00.8", "0000:01:20.0", "0000:1:00.0", "0000:01:00.0 ",
        "0000:01:00.0\n", "-000:01:00.0", "0000-01-00.0", "0000:0x:00.0", "123456789:01:00.0"}) {
    EXPECT_FALSE(parse_pci_address(text)) << text;
  }
}

TEST(Selector, EveryFormMeansTheSameCard) {
  for (const auto* text : {"0000:01:00.0", "01:00.0", "pci_0000_01_00_0"}) {
    const auto selector = parse_selector(text);
    ASSERT_TRUE(selector) << text;
    EXPECT_EQ(selector->address, (PciAddress{0, 1, 0, 0})) << text;
    EXPECT_FALSE(selector->slot || selector->ids) << text;
  }
  for (const auto* text : {"0000:01:00", "01:00"}) {
    EXPECT_EQ(parse_selector(text)->slot, (PciAddress{0, 1, 0, 0})) << text;
  }
  EXPECT_EQ(parse_selector("10de:2330")->ids, (Selector::Ids{0x10de, 0x2330}));
}

TEST(Selector, APartOfANameHasNoColonAndThreeLettersOrDigits) {
  for (const auto* text : {"3090", "arc a770", "vm1"}) {
    const auto selector = parse_selector(text);
    ASSERT_TRUE(selector) << text;
    EXPECT_EQ(selector->name, text);
    EXPECT_FALSE(selector->address || selector->slot || selector->ids) << text;
  }
}

TEST(Selector, SaysWhichFormsThereAre) {
  for (const auto* text : {"", "01", "01:00.9", "01:00.", "10de:", "10de:233", "pci_", "pci_0000_01_00",
                           "0000:01:00.0.0", ":::", "zz:00.0", "1:2:3:4", "99:99.9"}) {
    const auto selector = parse_selector(text);
    ASSERT_FALSE(selector) << text;
    EXPECT_EQ(selector.error().kind, ErrorKind::usage);
    EXPECT_NE(selector.error().hint.find("10de:2330"), std::string::npos);
  }
}

}  // namespace
}  // namespace gpupass
