// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of held devices at whose addresses others are by now, and the commands that mend it.
#include "gpupass/report/displaced.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

const char* const k_uri = "qemu:///system";

PciAddress at(const char* text) {
  return parse_pci_address(text).value();
}

Device card(const char* address, const char* bridge) {
  Device device;
  device.address = at(address);
  device.vendor = 0x10de;
  device.device = 0x2330;
  device.class_code = 0x030200;
  device.driver = "nvidia";
  device.bridges = {at(bridge)};
  return device;
}

Device disk(const char* address, const char* bridge) {
  auto device = card(address, bridge);
  device.vendor = 0x1b36;
  device.device = 0x0010;
  device.class_code = 0x010802;
  device.driver = "nvme";
  return device;
}

Hold hold_of(const Device& device, const std::string& domain = "vm1") {
  Hold hold;
  hold.device = device.address;
  Inventory alone;
  alone.devices = {device};
  hold.identity = identity_of(alone, device);
  if (!domain.empty()) hold.owners = {{domain, k_uri}};
  return hold;
}

/// The card was at 01:00.0 and is at 02:00.0 now, since a disk was put before it.
class DisplacedCard : public testing::Test {
 protected:
  DisplacedCard() {
    machine.devices = {disk("0000:01:00.0", "0000:00:03.0"), card("0000:02:00.0", "0000:00:04.0")};
  }

  [[nodiscard]] std::string mended(const std::vector<Hold>& holds) const {
    return mending(machine, holds, k_uri);
  }

  Inventory machine;
  Hold hold = hold_of(card("0000:01:00.0", "0000:00:04.0"));
};

TEST_F(DisplacedCard, IsForgottenWhereItWasAndGivenAgainWhereItIs) {
  EXPECT_EQ(
      mended({hold}),
      "`gpupass detach vm1 0000:01:00.0` forgets the former device and leaves what is there now alone; then "
      "`gpupass attach vm1 0000:02:00.0`");
}

TEST_F(DisplacedCard, OfAnotherConnectionIsGivenThere) {
  hold.owners.front().where = "qemu:///session";
  EXPECT_THAT(mended({hold}), HasSubstr("`gpupass detach vm1 0000:01:00.0 --connect qemu:///session`"));
  EXPECT_THAT(mended({hold}), EndsWith("`gpupass attach vm1 0000:02:00.0 --connect qemu:///session`"));
}

TEST_F(DisplacedCard, ThatIsSharedAndLentIsGivenSoAgain) {
  hold.owners.push_back({"vm2", k_uri});
  hold.lend = true;
  const auto text = mended({hold});
  EXPECT_THAT(text,
              HasSubstr("`gpupass detach vm1 0000:01:00.0` and `gpupass detach vm2 0000:01:00.0` forget"));
  EXPECT_THAT(text, EndsWith("`gpupass attach vm1 0000:02:00.0 --lend` and "
                             "`gpupass attach vm2 0000:02:00.0 --shared --lend`"));
}

TEST_F(DisplacedCard, ThatBindTookIsBoundAgain) {
  auto bound = hold;
  bound.owners.clear();
  EXPECT_EQ(
      mended({bound}),
      "`gpupass unbind 0000:01:00.0` forgets the former device and leaves what is there now alone; then "
      "`gpupass bind 0000:02:00.0`");
}

TEST_F(DisplacedCard, OfAJobIsGivenToTheJobAgain) {
  hold.owners = {job("slurm:4711")};
  EXPECT_EQ(
      mended({hold}),
      "`gpupass unbind 0000:01:00.0 --for slurm:4711` forgets the former device and leaves what is there "
      "now alone; then `gpupass bind 0000:02:00.0 --for slurm:4711`");
}

TEST_F(DisplacedCard, ThatIsNowhereOrCannotBeToldIsOnlyForgotten) {
  machine.devices.pop_back();
  EXPECT_THAT(mended({hold}), Not(HasSubstr("then")));
  EXPECT_EQ(where_it_is(machine, hold.identity), "no 10de:2330 is in this machine now");
  machine.devices.push_back(card("0000:02:00.0", "0000:00:05.0"));
  machine.devices.push_back(card("0000:03:00.0", "0000:00:06.0"));
  EXPECT_THAT(mended({hold}), Not(HasSubstr("then")));
  EXPECT_EQ(where_it_is(machine, hold.identity),
            "which one it is cannot be determined: of the same kind are 0000:02:00.0 and 0000:03:00.0 in "
            "this machine");
}

TEST_F(DisplacedCard, HasACommandOfItsOwnWhereItIsHeldForOthersOrOnOtherTerms) {
  auto second = hold;
  second.device = at("0000:01:00.1");
  EXPECT_THAT(mended({hold, second}), HasSubstr("`gpupass detach vm1 0000:01:00.0 0000:01:00.1` forgets"));
  second.lend = true;
  EXPECT_THAT(mended({hold, second}), HasSubstr("`gpupass detach vm1 0000:01:00.1` forgets"));
  second.lend = false;
  second.owners = {{"vm2", k_uri}};
  EXPECT_THAT(mended({hold, second}), HasSubstr("`gpupass detach vm2 0000:01:00.1` forgets"));
}

TEST_F(DisplacedCard, SaysWhatIsThereAndHowItDiffers) {
  const auto there = [&](const Device& device) {
    machine.devices.front() = device;
    return what_is_there(machine, hold.device.as_function(), hold.identity);
  };
  EXPECT_THAT(there(disk("0000:01:00.0", "0000:00:04.0")), EndsWith("(driver nvme)"));
  EXPECT_THAT(there(card("0000:01:00.0", "0000:00:03.0")),
              EndsWith(", in another slot (0000:00/03.0/00.0, not 0000:00/04.0/00.0)"));
  hold.identity.serials["pcie"] = "00-01";
  auto twin = card("0000:01:00.0", "0000:00:04.0");
  twin.serials["pcie"] = "00-02";
  EXPECT_THAT(there(twin), EndsWith(", with another serial number (00-02, not 00-01)"));
  twin.serials["pcie"] = "00-01";
  twin.class_code = 0x030000;
  EXPECT_THAT(there(twin), EndsWith(", with another subsystem or class"));
  machine.devices.erase(machine.devices.begin());
  EXPECT_EQ(what_is_there(machine, hold.device.as_function(), hold.identity),
            "no device is at this address now");
}

TEST_F(DisplacedCard, IsARefusalThatNamesWhomItWasFor) {
  EXPECT_EQ(displaced_error(machine, {}, k_uri), std::nullopt);
  const auto error = displaced_error(machine, {hold}, k_uri);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ErrorKind::refused);
  EXPECT_THAT(error->what,
              HasSubstr("gpupass took the 10de:2330 that was there for vm1; it is at 0000:02:00.0 now"));
  EXPECT_THAT(error->hint, HasSubstr("nothing was changed; `gpupass detach vm1"));
  hold.owners.clear();
  EXPECT_THAT(displaced_error(machine, {hold}, k_uri)->what, HasSubstr("that was there; it is at"));
}

}  // namespace
}  // namespace gpupass::report
