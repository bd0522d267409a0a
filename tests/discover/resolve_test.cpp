// SPDX-License-Identifier: GPL-2.0-or-later
// From selectors to functions.
#include <gmock/gmock.h>

#include "discover/machine.hpp"
#include "gpupass/card.hpp"

namespace gpupass {
namespace {

using test::at;
using Addresses = std::vector<PciAddress>;

class Resolve : public ::testing::Test {
 protected:
  Resolve() {
    for (const auto* const address : {"0000:01:00.0", "0000:01:00.1", "0000:41:00.0", "0000:81:00.0"}) {
      auto& device = inventory.devices.emplace_back();
      device.address = at(address);
      device.vendor = 0x10de;
      device.device = device.address.function == 1 ? 0x22ba : 0x2330;
    }
    inventory.devices.back().device = 0x2331;
  }
  [[nodiscard]] Result<Addresses> meant(std::string_view text,
                                        Companions companions = Companions::along) const {
    GPUPASS_TRY_ASSIGN(const auto selector, parse_selector(text));
    return functions_meant(inventory, {selector}, companions);
  }
  Device& device(std::size_t index) { return inventory.devices[index]; }
  [[nodiscard]] Result<Addresses> find(std::string_view text) const {
    GPUPASS_TRY_ASSIGN(const auto selector, parse_selector(text));
    return resolve(selector, inventory);
  }

  Inventory inventory;
};

TEST_F(Resolve, AnAddressInAnyForm) {
  for (const auto* const text : {"0000:01:00.1", "01:00.1", "pci_0000_01_00_1"}) {
    EXPECT_EQ(find(text), Addresses{at("0000:01:00.1")}) << text;
  }
}

TEST_F(Resolve, ACardToAllItsFunctions) {
  EXPECT_EQ(find("01:00"), (Addresses{at("0000:01:00.0"), at("0000:01:00.1")}));
}

TEST_F(Resolve, IdsThatOneCardHas) {
  EXPECT_EQ(find("10de:2331"), Addresses{at("0000:81:00.0")});
}

TEST_F(Resolve, IdsOfTwoFunctionsOfOneCard) {
  inventory.devices[1].device = inventory.devices[0].device = 0x1521;
  EXPECT_EQ(find("10de:1521"), (Addresses{at("0000:01:00.0"), at("0000:01:00.1")}));
}

TEST_F(Resolve, RefusesIdsThatSeveralCardsHaveAndListsThem) {
  const auto found = find("10de:2330");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_NE(found.error().what.find("0000:01:00.0 and 0000:41:00.0"), std::string::npos)
      << found.error().what;
}

TEST_F(Resolve, OfASlotNeitherBridgesNorVirtualFunctionsAreMeant) {
  device(1).header_type = HeaderType::bridge;
  EXPECT_EQ(find("01:00"), Addresses{at("0000:01:00.0")});
  device(1).header_type = HeaderType::endpoint;
  device(1).sriov = Sriov{at("0000:01:00.0"), 0, 0, {}};
  EXPECT_EQ(find("01:00"), Addresses{at("0000:01:00.0")});
}

TEST_F(Resolve, ASlotOfBridgesAloneIsThem) {
  device(0).header_type = device(1).header_type = HeaderType::bridge;
  EXPECT_EQ(find("01:00"), (Addresses{at("0000:01:00.0"), at("0000:01:00.1")}));
}

TEST_F(Resolve, OfASlotOfVirtualFunctionsAloneOneMustBeNamed) {
  device(0).sriov = device(1).sriov = Sriov{at("0000:81:00.0"), 0, 0, {}};
  EXPECT_EQ(find("01:00").error().kind, ErrorKind::usage);
  EXPECT_EQ(find("01:00.1"), Addresses{at("0000:01:00.1")});
}

TEST_F(Resolve, IdsOfAPhysicalFunctionAndItsVirtualOnesAreRefused) {
  device(1).device = device(0).device = 0x1521;
  device(1).sriov = Sriov{at("0000:01:00.0"), 0, 0, {}};
  EXPECT_EQ(find("10de:1521").error().kind, ErrorKind::usage);
}

TEST_F(Resolve, AFunctionMeansItselfAndACardItsCompanions) {
  device(0).class_code = 0x030000;
  device(1).class_code = 0x040300;
  EXPECT_EQ(meant("01:00.0"), (Addresses{at("0000:01:00.0"), at("0000:01:00.1")}));
  EXPECT_EQ(meant("01:00.0", Companions::left_out), Addresses{at("0000:01:00.0")});
  EXPECT_EQ(meant("01:00.1"), Addresses{at("0000:01:00.1")});
  EXPECT_EQ(meant("01:00", Companions::left_out), (Addresses{at("0000:01:00.0"), at("0000:01:00.1")}));
}

TEST_F(Resolve, WhatSeveralNameIsMeantOnce) {
  const std::vector<Selector> selectors{parse_selector("81:00.0").value(), parse_selector("01:00.1").value(),
                                        parse_selector("01:00").value()};
  EXPECT_EQ(functions_meant(inventory, selectors, Companions::along),
            (Addresses{at("0000:01:00.0"), at("0000:01:00.1"), at("0000:81:00.0")}));
}

class ResolveName : public Resolve {
 protected:
  ResolveName() {
    for (auto& each : inventory.devices) each.vendor_name = "NVIDIA Corporation";
    device(0).device_name = "GA102 [GeForce RTX 3090]";
    device(1).device_name = "GA102 High Definition Audio Controller";
    device(2).device_name = "AD102 [GeForce RTX 4090]";
    device(3).device_name = "DG2 [Arc A770]";
    for (const std::size_t graphics : {0U, 2U, 3U}) device(graphics).class_code = 0x030000;
    device(1).class_code = 0x040300;
  }
};

TEST_F(ResolveName, APartThatOneDeviceHas) {
  EXPECT_EQ(find("4090"), Addresses{at("0000:41:00.0")});
  EXPECT_EQ(find("arc a770"), Addresses{at("0000:81:00.0")});
  EXPECT_EQ(find("Arc A77"), Addresses{at("0000:81:00.0")});
  EXPECT_EQ(find("ga102 audio"), Addresses{at("0000:01:00.1")}) << "the sound alone";
}

TEST_F(ResolveName, OfACardItsGraphicsAreMeant) {
  EXPECT_EQ(find("ga102"), Addresses{at("0000:01:00.0")});
  EXPECT_EQ(meant("3090"), (Addresses{at("0000:01:00.0"), at("0000:01:00.1")})) << "with its companions";
  EXPECT_EQ(meant("3090", Companions::left_out), Addresses{at("0000:01:00.0")});
}

TEST_F(ResolveName, RefusesAPartThatSeveralHaveAndListsThem) {
  const auto found = find("geforce");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_THAT(found.error().what,
              ::testing::HasSubstr("0000:01:00.0 (GA102 [GeForce RTX 3090]) and 0000:41:00.0"));
}

TEST_F(ResolveName, WordsAreFoundFromTheirBeginning) {
  EXPECT_EQ(find("090").error().kind, ErrorKind::not_found);
  EXPECT_EQ(find("vm2").error().kind, ErrorKind::not_found);
}

TEST_F(Resolve, SaysThatThereIsNone) {
  for (const auto* const text : {"05:00.0", "05:00", "1234:5678"}) {
    const auto found = find(text);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().kind, ErrorKind::not_found);
    EXPECT_NE(found.error().what.find(text), std::string::npos);
    EXPECT_NE(found.error().hint, "");
  }
}

}  // namespace
}  // namespace gpupass
