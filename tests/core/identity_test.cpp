// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/identity.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/core/identity_json.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass {
namespace {

PciAddress at(const char* text) {
  return parse_pci_address(text).value();
}

Device card(const char* address, std::vector<PciAddress> bridges) {
  Device device;
  device.address = at(address);
  device.vendor = 0x10de;
  device.device = 0x2330;
  device.subsystem_vendor = 0x10de;
  device.subsystem_device = 0x16c1;
  device.class_code = 0x030200;
  device.bridges = std::move(bridges);
  return device;
}

/// Two equal cards below two root ports of one bus.
Inventory twins(const char* first, const char* second) {
  Inventory inventory;
  inventory.devices = {card(first, {at("0000:00:04.0")}), card(second, {at("0000:00:05.0")})};
  return inventory;
}

Identity identity(const Inventory& inventory, const char* address) {
  return identity_of(inventory, *inventory.find(at(address)));
}

TEST(Identity, PlaceIsTheWayDownWithoutNumbersOfBuses) {
  Inventory inventory;
  inventory.devices = {card("0000:03:00.1", {at("0000:02:08.0"), at("0000:01:00.0"), at("0000:00:01.1")})};
  EXPECT_EQ(identity(inventory, "0000:03:00.1").place, "0000:00/01.1/00.0/08.0/00.1");
  EXPECT_EQ(place_of_path("pci0000:00/0000:00:01.1/0000:01:00.0/0000:02:08.0/0000:03:00.1"),
            "0000:00/01.1/00.0/08.0/00.1");
  inventory.devices = {card("0000:00:1f.3", {})};
  EXPECT_EQ(identity(inventory, "0000:00:1f.3").place, "0000:00/1f.3");
  EXPECT_EQ(place_of_path("pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0"),
            "10000:e0/06.0/00.0")
      << "Intel VMD's buses are a root of their own";
  EXPECT_EQ(place_of_path("-"), "");
}

TEST(Identity, AVirtualFunctionIsItsParentsPlaceAndItsNumber) {
  Inventory inventory;
  inventory.devices = {card("0000:01:00.0", {at("0000:00:04.0")}), card("0000:01:10.0", {at("0000:00:04.0")}),
                       card("0000:02:10.0", {at("0000:00:04.0")})};
  inventory.devices[0].sriov = Sriov{{}, 8, 2, {at("0000:01:10.0"), at("0000:02:10.0")}};
  inventory.devices[1].sriov = inventory.devices[2].sriov = Sriov{at("0000:01:00.0"), 0, 0, {}};
  EXPECT_EQ(identity(inventory, "0000:01:10.0").place, "0000:00/04.0/00.0/vf0");
  EXPECT_EQ(identity(inventory, "0000:02:10.0").place, "0000:00/04.0/00.0/vf1");
}

TEST(Identity, RenumberedBusesAreTheSamePlaceAndTheAddressIsAnotherDevice) {
  const auto before = twins("0000:01:00.0", "0000:02:00.0");
  const auto after = twins("0000:02:00.0", "0000:03:00.0");
  const auto second = identity(before, "0000:02:00.0");
  EXPECT_EQ(presence_of(second, at("0000:02:00.0"), before), Presence::there);
  EXPECT_EQ(presence_of(second, at("0000:02:00.0"), after), Presence::replaced) << "its twin";
  EXPECT_EQ(presence_of(second, at("0000:01:00.0"), after), Presence::gone);
  const auto found = find_device(after, second);
  ASSERT_EQ(found.devices.size(), 1U);
  EXPECT_TRUE(found.certain);
  EXPECT_EQ(found.devices.front()->address, at("0000:03:00.0"));
}

TEST(Identity, EachIdAndTheClassMakeAnother) {
  const auto inventory = twins("0000:01:00.0", "0000:02:00.0");
  const auto known = identity(inventory, "0000:01:00.0");
  for (auto Identity::*const field :
       {&Identity::vendor, &Identity::device, &Identity::subsystem_vendor, &Identity::subsystem_device}) {
    auto other = known;
    other.*field = 1;
    EXPECT_FALSE(is_same(known, other));
  }
  auto other = known;
  other.class_code = 0x010802;
  EXPECT_FALSE(is_same(known, other));
  EXPECT_TRUE(is_same(known, known));
}

TEST(Identity, SerialNumbersTellTwinsThatWereSwapped) {
  auto before = twins("0000:01:00.0", "0000:02:00.0");
  before.devices[0].serials = {{"pcie", "a"}};
  before.devices[1].serials = {{"pcie", "b"}};
  auto after = before;
  std::swap(after.devices[0].serials, after.devices[1].serials);
  const auto first = identity(before, "0000:01:00.0");
  EXPECT_EQ(presence_of(first, at("0000:01:00.0"), after), Presence::replaced);
  const auto found = find_device(after, first);
  ASSERT_EQ(found.devices.size(), 1U);
  EXPECT_TRUE(found.certain);
  EXPECT_EQ(found.devices.front()->address, at("0000:02:00.0"));
  after.devices[0].serials.clear();
  EXPECT_EQ(presence_of(first, at("0000:01:00.0"), after), Presence::there)
      << "what cannot be read says nothing against it";
  after.devices[0].serials = {{"vpd", "other"}};
  EXPECT_EQ(presence_of(first, at("0000:01:00.0"), after), Presence::there) << "of another source";
}

TEST(Identity, SeveralThatCouldBeItAreAllNamed) {
  const auto before = twins("0000:01:00.0", "0000:02:00.0");
  auto known = identity(before, "0000:01:00.0");
  known.place = "0000:00/09.0/00.0";
  const auto found = find_device(before, known);
  EXPECT_EQ(found.devices.size(), 2U);
  EXPECT_FALSE(found.certain);
}

TEST(Identity, OfTheFirstSchemaIsItsModel) {
  Identity old;
  old.vendor = 0x10de;
  old.device = 0x2330;
  const auto inventory = twins("0000:01:00.0", "0000:02:00.0");
  const auto now = identity(inventory, "0000:01:00.0");
  EXPECT_TRUE(is_same(old, now));
  EXPECT_EQ(completed(old, now), now);
  old.device = 0x2331;
  EXPECT_FALSE(is_same(old, now));
}

TEST(Identity, GoesThroughJson) {
  auto inventory = twins("0000:01:00.0", "0000:02:00.0");
  inventory.devices[0].serials = {{"pcie", "a"}, {"vpd", "b"}};
  const auto known = identity(inventory, "0000:01:00.0");
  EXPECT_EQ(core::identity_from_json(core::to_json(known)), known);
  EXPECT_EQ(core::to_json(known).at("ids"), "10de:2330");
  for (const auto* const text : {"10de", "10de:233", "10de:23300", "0x10:2330", "zzzz:2330", "10de-2330"}) {
    auto json = core::to_json(known);
    json["ids"] = text;
    EXPECT_FALSE(core::take_from_json("it", [&] { return core::identity_from_json(json); })) << text;
  }
}

TEST(Identity, OfTheSecondSchemaIsRead) {
  const auto known = identity(twins("0000:01:00.0", "0000:02:00.0"), "0000:01:00.0");
  auto json = core::to_json(known);
  json.erase("ids");
  json.erase("subsystem_ids");
  const auto number = [](std::uint16_t id) { return fmt::format("{:#06x}", id); };
  json["vendor"] = number(known.vendor);
  json["device"] = number(known.device);
  json["subsystem_vendor"] = number(known.subsystem_vendor);
  json["subsystem_device"] = number(known.subsystem_device);
  EXPECT_EQ(core::identity_from_json(json), known);
  for (const auto* const text : {"10de", "0x10de0", "0xzz", "0x"}) {
    json["vendor"] = text;
    EXPECT_FALSE(core::take_from_json("it", [&] { return core::identity_from_json(json); })) << text;
  }
}

}  // namespace
}  // namespace gpupass
