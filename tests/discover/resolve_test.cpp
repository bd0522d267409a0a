// SPDX-License-Identifier: GPL-2.0-or-later
// From selectors to functions.
#include <gtest/gtest.h>

#include "discover/machine.hpp"

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
  EXPECT_NE(found.error().what.find("0000:01:00.0 0000:41:00.0"), std::string::npos) << found.error().what;
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
