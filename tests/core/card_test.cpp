// SPDX-License-Identifier: GPL-2.0-or-later
// Which functions are of one card.
#include "gpupass/card.hpp"

#include "judge/machine.hpp"

namespace gpupass {
namespace {

using test::at;
using Functions = std::vector<PciAddress>;

/// A function as the test's tables have them: address, vendor, class, and the bridges above it, nearest
/// first.
struct Row {
  const char* address;
  std::uint16_t vendor;
  std::uint32_t class_code;
  std::vector<const char*> bridges;
};

Inventory machine_of(const std::vector<Row>& rows) {
  Inventory inventory;
  for (const auto& row : rows) {
    auto& device = inventory.devices.emplace_back();
    device.address = at(row.address);
    device.vendor = row.vendor;
    device.class_code = row.class_code;
    if (row.class_code >> 8U == 0x0604) device.header_type = HeaderType::bridge;
    for (const auto* const bridge : row.bridges) device.bridges.push_back(at(bridge));
  }
  return inventory;
}

Functions functions(const std::vector<const char*>& addresses) {
  Functions found;
  for (const auto* const address : addresses) found.push_back(at(address));
  return found;
}

constexpr std::uint32_t k_vga = 0x030000, k_3d = 0x030200, k_sound = 0x040300, k_usb = 0x0c0330,
                        k_ucsi = 0x0c8000, k_serial = 0x070000, k_sata = 0x010601, k_nic = 0x020000,
                        k_psp = 0x108000, k_bridge = 0x060400;

/// A processor whose graphics share a slot with its USB, its sound and its security processor; its SATA and
/// another sound in the next.
Inventory processor_with_graphics() {
  return machine_of({{"0000:00:08.1", 0x1022, k_bridge, {}},
                     {"0000:00:08.2", 0x1022, k_bridge, {}},
                     {"0000:09:00.0", 0x1002, k_vga, {"0000:00:08.1"}},
                     {"0000:09:00.1", 0x1002, k_sound, {"0000:00:08.1"}},
                     {"0000:09:00.2", 0x1022, k_psp, {"0000:00:08.1"}},
                     {"0000:09:00.3", 0x1022, k_usb, {"0000:00:08.1"}},
                     {"0000:09:00.6", 0x1022, k_sound, {"0000:00:08.1"}},
                     {"0000:0a:00.0", 0x1022, k_sata, {"0000:00:08.2"}},
                     {"0000:0a:00.1", 0x1022, k_sound, {"0000:00:08.2"}}});
}

TEST(Card, GraphicsBringWhatIsTheirsByVendorAndClass) {
  const auto inventory = machine_of({{"0000:00:01.0", 0x8086, k_bridge, {}},
                                     {"0000:01:00.0", 0x10de, k_vga, {"0000:00:01.0"}},
                                     {"0000:01:00.1", 0x10de, k_sound, {"0000:00:01.0"}},
                                     {"0000:01:00.2", 0x10de, k_usb, {"0000:00:01.0"}},
                                     {"0000:01:00.3", 0x10de, k_ucsi, {"0000:00:01.0"}},
                                     {"0000:01:00.4", 0x10de, k_sata, {"0000:00:01.0"}},
                                     {"0000:01:00.5", 0x10de, k_nic, {"0000:00:01.0"}},
                                     {"0000:01:00.6", 0x10de, k_psp, {"0000:00:01.0"}}});
  EXPECT_EQ(card_of(inventory, at("0000:01:00.0")),
            functions({"0000:01:00.0", "0000:01:00.1", "0000:01:00.2", "0000:01:00.3"}));
}

TEST(Card, AnyOtherFunctionIsItself) {
  const auto inventory = processor_with_graphics();
  for (const auto* const address :
       {"0000:09:00.1", "0000:09:00.2", "0000:09:00.3", "0000:0a:00.0", "0000:0a:00.1"})
    EXPECT_EQ(card_of(inventory, at(address)), functions({address}));
}

TEST(Card, OfAProcessorsSlotOnlyTheSoundOfTheScreenComesAlong) {
  const auto inventory = processor_with_graphics();
  EXPECT_EQ(card_of(inventory, at("0000:09:00.0")), functions({"0000:09:00.0", "0000:09:00.1"}));
  EXPECT_TRUE(is_processor_graphics(inventory, *inventory.find(at("0000:09:00.0"))));
}

/// An AMD card has a switch of its own, and on a host of AMD's that is no processor's.
TEST(Card, AnAmdCardIsNoProcessor) {
  const auto inventory =
      machine_of({{"0000:00:01.1", 0x1022, k_bridge, {}},
                  {"0000:01:00.0", 0x1002, k_bridge, {"0000:00:01.1"}},
                  {"0000:02:00.0", 0x1002, k_bridge, {"0000:01:00.0", "0000:00:01.1"}},
                  {"0000:03:00.0", 0x1002, k_vga, {"0000:02:00.0", "0000:01:00.0", "0000:00:01.1"}},
                  {"0000:03:00.1", 0x1002, k_sound, {"0000:02:00.0", "0000:01:00.0", "0000:00:01.1"}},
                  {"0000:03:00.2", 0x1002, k_usb, {"0000:02:00.0", "0000:01:00.0", "0000:00:01.1"}},
                  {"0000:03:00.3", 0x1002, k_serial, {"0000:02:00.0", "0000:01:00.0", "0000:00:01.1"}}});
  EXPECT_EQ(card_of(inventory, at("0000:03:00.0")).size(), 4U);
  EXPECT_FALSE(is_processor_graphics(inventory, *inventory.find(at("0000:03:00.0"))));
}

/// Intel's cards have their sound on another bus, below the card's switch.
Inventory arc(std::uint16_t switch_vendor = 0x8086) {
  const std::vector<const char*> above_graphics{"0000:02:01.0", "0000:01:00.0", "0000:00:01.0"};
  const std::vector<const char*> above_sound{"0000:02:04.0", "0000:01:00.0", "0000:00:01.0"};
  return machine_of({{"0000:00:01.0", 0x8086, k_bridge, {}},
                     {"0000:00:1c.0", 0x8086, k_bridge, {}},
                     {"0000:00:1f.3", 0x8086, k_sound, {}},
                     {"0000:01:00.0", switch_vendor, k_bridge, {"0000:00:01.0"}},
                     {"0000:02:01.0", switch_vendor, k_bridge, {"0000:01:00.0", "0000:00:01.0"}},
                     {"0000:02:04.0", switch_vendor, k_bridge, {"0000:01:00.0", "0000:00:01.0"}},
                     {"0000:03:00.0", 0x8086, k_vga, above_graphics},
                     {"0000:04:00.0", 0x8086, k_sound, above_sound},
                     {"0000:05:00.0", 0x8086, k_nic, {"0000:00:1c.0"}}});
}

TEST(Card, WhatIsBelowTheCardsOwnSwitchComesAlong) {
  EXPECT_EQ(card_of(arc(), at("0000:03:00.0")), functions({"0000:03:00.0", "0000:04:00.0"}));
  EXPECT_EQ(card_with(arc(), at("0000:04:00.0")), functions({"0000:03:00.0", "0000:04:00.0"}));
}

TEST(Card, ASwitchOfAnotherMakerIsTheBoards) {
  EXPECT_EQ(card_of(arc(0x10b5), at("0000:03:00.0")), functions({"0000:03:00.0"}));
}

TEST(Card, OneBridgeAboveIsARootPortAndNoSwitch) {
  auto inventory = arc();
  for (const auto* const address : {"0000:03:00.0", "0000:04:00.0"}) {
    auto& bridges = test::device_of(inventory, address).bridges;
    bridges.erase(bridges.begin());
  }
  EXPECT_EQ(card_of(inventory, at("0000:03:00.0")), functions({"0000:03:00.0"}));
}

/// Behind a switch of the board's maker, and behind one of the graphics' maker.
TEST(Card, TwoOnOneBoardAreTwo) {
  for (const auto vendor : {std::uint16_t{0x10b5}, std::uint16_t{0x10de}}) {
    const std::vector<const char*> first{"0000:06:08.0", "0000:05:00.0", "0000:00:03.0"};
    const std::vector<const char*> second{"0000:06:10.0", "0000:05:00.0", "0000:00:03.0"};
    const auto inventory = machine_of({{"0000:00:03.0", 0x8086, k_bridge, {}},
                                       {"0000:05:00.0", vendor, k_bridge, {"0000:00:03.0"}},
                                       {"0000:06:08.0", vendor, k_bridge, {"0000:05:00.0", "0000:00:03.0"}},
                                       {"0000:06:10.0", vendor, k_bridge, {"0000:05:00.0", "0000:00:03.0"}},
                                       {"0000:07:00.0", 0x10de, k_3d, first},
                                       {"0000:07:00.1", 0x10de, k_sound, first},
                                       {"0000:08:00.0", 0x10de, k_3d, second},
                                       {"0000:08:00.1", 0x10de, k_sound, second}});
    const std::vector<Functions> cards{functions({"0000:07:00.0", "0000:07:00.1"}),
                                       functions({"0000:08:00.0", "0000:08:00.1"})};
    EXPECT_EQ(graphics_cards(inventory), cards) << vendor;
  }
}

TEST(Card, OnARootBusOnlyDisplaysAndSoundAreTheGraphics) {
  auto inventory = machine_of({{"0000:00:01.0", 0x1002, k_vga, {}},
                               {"0000:00:01.1", 0x1002, k_sound, {}},
                               {"0000:00:01.2", 0x1002, k_usb, {}},
                               {"0000:00:1b.0", 0x1002, k_sound, {}}});
  EXPECT_EQ(card_of(inventory, at("0000:00:01.0")), functions({"0000:00:01.0", "0000:00:01.1"}));
  EXPECT_TRUE(is_processor_graphics(inventory, *inventory.find(at("0000:00:01.0"))));
}

TEST(Card, NeitherABridgeNorAVirtualFunctionComesAlong) {
  auto inventory = test::machine();
  test::device_of(inventory, "0000:01:00.1").header_type = HeaderType::bridge;
  EXPECT_EQ(card_of(inventory, at("0000:01:00.0")), functions({"0000:01:00.0"}));

  inventory = test::machine();
  test::device_of(inventory, "0000:01:00.1").sriov = Sriov{at("0000:01:00.0"), 0, 0, {}};
  EXPECT_EQ(card_of(inventory, at("0000:01:00.0")), functions({"0000:01:00.0"}));
}

TEST(Card, AVirtualFunctionOfGraphicsIsItself) {
  auto inventory = test::machine();
  test::device_of(inventory, "0000:01:00.0").sriov = Sriov{at("0000:00:02.0"), 0, 0, {}};
  EXPECT_EQ(card_of(inventory, at("0000:01:00.0")), functions({"0000:01:00.0"}));
}

/// QEMU puts together cards of what different makers' devices are like; it marks them all.
TEST(Card, OfAnEmulatedCardTheVendorsMayDiffer) {
  auto inventory = test::machine();
  auto& sound = test::device_of(inventory, "0000:01:00.1");
  sound.vendor = 0x8086;
  EXPECT_EQ(card_of(inventory, at("0000:01:00.0")).size(), 1U);
  for (auto* const device : {&sound, &test::device_of(inventory, "0000:01:00.0")}) {
    device->subsystem_vendor = 0x1af4;
    device->subsystem_device = 0x1100;
  }
  EXPECT_EQ(card_of(inventory, at("0000:01:00.0")).size(), 2U);
}

TEST(Card, GraphicsCardsComeWithTheirCompanions) {
  const std::vector<Functions> cards{{at("0000:00:02.0")}, {at("0000:01:00.0"), at("0000:01:00.1")}};
  auto inventory = test::machine();
  EXPECT_EQ(graphics_cards(inventory), cards);
  test::device_of(inventory, "0000:01:00.1").class_code = 0x038000;
  EXPECT_EQ(graphics_cards(inventory), cards) << "two displays of one card are one card";
}

/// Computing cards without graphics; not the processor's own, which is on the root bus, nor a bridge.
TEST(Card, AnAcceleratorBehindAPortIsACard) {
  const auto inventory = machine_of({{"0000:00:0b.0", 0x8086, 0x120000, {}},
                                     {"0000:05:00.0", 0x1002, 0x120000, {"0000:00:01.0"}},
                                     {"0000:06:00.0", 0x1da3, 0x120000, {"0000:00:02.0"}},
                                     {"0000:07:00.0", 0x144d, 0x010802, {"0000:00:03.0"}}});
  EXPECT_EQ(graphics_cards(inventory),
            (std::vector<Functions>{functions({"0000:05:00.0"}), functions({"0000:06:00.0"})}));
}

}  // namespace
}  // namespace gpupass
