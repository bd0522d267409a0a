// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/selection.hpp"

#include "judge/machine.hpp"

namespace gpupass::cli {
namespace {

using test::at;
using Functions = std::vector<PciAddress>;

Functions selected(const Inventory& inventory, const char* text) {
  return select_cards(inventory, {parse_selector(text).value()}).value();
}

TEST(Selection, AFunctionBringsItsCard) {
  const auto inventory = test::machine();
  const Functions card{at("0000:01:00.0"), at("0000:01:00.1")};
  EXPECT_EQ(selected(inventory, "01:00.1"), card);
  EXPECT_EQ(selected(inventory, "01:00"), card);
}

TEST(Selection, NamesOfOneCardAreOneCard) {
  const auto inventory = test::machine();
  const auto functions =
      select_cards(inventory, {parse_selector("03:00.0").value(), parse_selector("01:00.1").value(),
                               parse_selector("01:00.0").value()});
  const Functions expected{at("0000:01:00.0"), at("0000:01:00.1"), at("0000:03:00.0")};
  EXPECT_EQ(functions.value(), expected);
}

/// A chipset has its network card, its sound and its ISA bridge in one slot.
TEST(Selection, FunctionsOfASlotOnARootBusAreNoCard) {
  auto inventory = test::machine();
  inventory.devices.insert(inventory.devices.begin() + 2,
                           test::device("0000:00:02.1", 0x0c0500, "SMBus", "i801_smbus", 0));
  EXPECT_EQ(selected(inventory, "00:02.1"), Functions{at("0000:00:02.1")});
}

TEST(Selection, AVirtualFunctionNeitherBringsNorComesAlong) {
  auto inventory = test::machine();
  test::device_of(inventory, "0000:01:00.1").sriov = Sriov{at("0000:01:00.0"), 0, 0, {}};
  EXPECT_EQ(selected(inventory, "01:00.0"), Functions{at("0000:01:00.0")});
  EXPECT_EQ(selected(inventory, "01:00.1"), Functions{at("0000:01:00.1")});
}

TEST(Selection, ABridgeDoesNotComeAlong) {
  auto inventory = test::machine();
  test::device_of(inventory, "0000:01:00.1").header_type = HeaderType::bridge;
  EXPECT_EQ(selected(inventory, "01:00.0"), Functions{at("0000:01:00.0")});
}

TEST(Selection, GraphicsCardsComeWithTheirCompanions) {
  const std::vector<Functions> cards{{at("0000:00:02.0")}, {at("0000:01:00.0"), at("0000:01:00.1")}};
  auto inventory = test::machine();
  EXPECT_EQ(graphics_cards(inventory), cards);
  test::device_of(inventory, "0000:01:00.1").class_code = 0x038000;
  EXPECT_EQ(graphics_cards(inventory), cards) << "two displays of one card are one card";
}

TEST(Selection, WhatIsNotThereIsAnError) {
  const auto functions = select_cards(test::machine(), {parse_selector("77:00.0").value()});
  ASSERT_FALSE(functions);
  EXPECT_EQ(functions.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace gpupass::cli
