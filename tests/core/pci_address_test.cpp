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
    EXPECT_EQ(*selector, (Selector{text, PciAddress{0, 1, 0, 0}}));
  }
  for (const auto* text : {"0000:01:00", "01:00"}) {
    EXPECT_EQ(*parse_selector(text), (Selector{text, PciSlot{{0, 1, 0, 0}}}));
  }
  EXPECT_EQ(*parse_selector("10de:2330"), (Selector{"10de:2330", PciIds{0x10de, 0x2330}}));
}

TEST(Selector, MeansAFunctionByItsPlaceOrNot) {
  const PciAddress first{0, 1, 0, 0}, second{0, 1, 0, 1}, elsewhere{0, 2, 0, 0};
  const auto address = parse_selector("01:00.1").value(), slot = parse_selector("01:00").value();
  EXPECT_TRUE(is_at(address, second) && is_at(slot, first) && is_at(slot, second));
  EXPECT_FALSE(is_at(address, first) || is_at(slot, elsewhere));
  EXPECT_TRUE(names_a_place(address) && names_a_place(slot));
  for (const auto* text : {"10de:2330", "3090"}) {
    const auto selector = parse_selector(text).value();
    EXPECT_FALSE(is_at(selector, first) || names_a_place(selector)) << text;
  }
}

TEST(Selector, APartOfANameHasNoColonAndThreeLettersOrDigits) {
  for (const auto* text : {"3090", "arc a770", "vm1"}) {
    const auto selector = parse_selector(text);
    ASSERT_TRUE(selector) << text;
    EXPECT_EQ(*selector, (Selector{text, PartOfName{text}}));
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
