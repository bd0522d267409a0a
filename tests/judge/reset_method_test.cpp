// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::at;
using test::card;
using test::device_of;
using test::machine;
using test::only;
using test::target;
using ::testing::HasSubstr;

Inventory with_methods(const std::vector<std::string>& methods) {
  auto inventory = machine();
  device_of(inventory, "0000:01:00.0").reset_methods = methods;
  device_of(inventory, "0000:01:00.1").reset_methods = methods;
  return inventory;
}

TEST(ResetMethod, SaysHow) {
  const auto flr = only(reset_method(with_methods({"flr", "bus"}), card()));
  EXPECT_EQ(flr.severity, Severity::fine);
  EXPECT_EQ(flr.what, "0000:01:00.0 and 0000:01:00.1 are reset alone, by flr");
  EXPECT_EQ(flr.evidence.front(), (Evidence{"/sys/bus/pci/devices/0000:01:00.0/reset_method", "flr bus"}));
  EXPECT_THAT(only(reset_method(with_methods({"pm"}), card())).what, HasSubstr("by pm"));
}

TEST(ResetMethod, TheBusIsFineWhenTheTargetIsAllThatIsOnIt) {
  for (const auto& methods : {std::vector<std::string>{"bus"}, {}}) {
    const auto finding = only(reset_method(with_methods(methods), card()));
    EXPECT_EQ(finding.severity, Severity::fine);
    EXPECT_THAT(finding.what, HasSubstr("are reset with the whole bus, by 0000:00:01.0"));
  }
}

TEST(ResetMethod, WarnsOfFunctionsThatABusResetWouldReachToo) {
  const auto finding = only(reset_method(with_methods({"bus"}), target("0000:01:00.0")));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.what, HasSubstr("would reset 0000:01:00.1 too"));
  EXPECT_THAT(finding.remedy, HasSubstr("--with 0000:01:00.1"));
}

TEST(ResetMethod, WhatABusResetReachesIsOfferedOnlyWhereItCanGo) {
  auto inventory = with_methods({"bus"});
  inventory.holders.push_back({at("0000:01:00.1"), HolderKind::swap, "/dev/sdb", "", 0, ""});
  const auto finding = only(reset_method(inventory, target("0000:01:00.0")));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.remedy, ::testing::Not(HasSubstr("--with")));
}

/// Further down, too, and bridges are not named: they stay.
TEST(ResetMethod, ABusResetReachesAllThatIsBelowTheBridge) {
  auto inventory = with_methods({"bus"});
  auto& disk = device_of(inventory, "0000:02:00.0");
  disk.bridges = {at("0000:01:00.1"), at("0000:00:01.0")};
  device_of(inventory, "0000:01:00.1").header_type = HeaderType::bridge;
  const auto finding = only(reset_method(inventory, target("0000:01:00.0")));
  EXPECT_THAT(finding.what, HasSubstr("would reset 0000:02:00.0 too"));
}

TEST(ResetMethod, WarnsOfAmdCardsThatABusResetMayKill) {
  auto inventory = with_methods({"bus"});
  device_of(inventory, "0000:01:00.0").vendor = 0x1002;
  device_of(inventory, "0000:01:00.1").vendor = 0x1002;
  const auto findings = reset_method(inventory, card());
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].severity, Severity::warns);
  EXPECT_THAT(findings[0].remedy, HasSubstr("vendor-reset"));
  EXPECT_EQ(findings[1].severity, Severity::fine) << "the sound function has no such trouble";

  device_of(inventory, "0000:01:00.0").reset_methods = {"device_specific", "bus"};
  for (const auto& finding : reset_method(inventory, card())) EXPECT_EQ(finding.severity, Severity::fine);
}

/// The finding of a card with these ids whose reset is known to fail; nothing where none is.
std::string known_trouble(std::uint16_t vendor, std::uint16_t device, const std::vector<std::string>& methods,
                          const Target& target = card()) {
  auto inventory = with_methods(methods);
  for (const auto* const function : {"0000:01:00.0", "0000:01:00.1"})
    device_of(inventory, function).vendor = vendor;
  device_of(inventory, "0000:01:00.0").device = device;
  for (const auto& finding : reset_method(inventory, target)) {
    if (finding.what.find("cards of its kind") != std::string::npos)
      return finding.what + "\n" + finding.remedy;
  }
  return "";
}

TEST(ResetMethod, WarnsOfResetsThatAreKnownToFail) {
  constexpr std::uint16_t k_nvidia = 0x10de, k_ati = 0x1002;
  for (const auto id : std::vector<std::uint16_t>{0x2b85, 0x2bb1, 0x2c02, 0x2c05})
    EXPECT_THAT(known_trouble(k_nvidia, id, {"flr", "bus"}), HasSubstr("is reset by flr, after which")) << id;
  for (const auto id : std::vector<std::uint16_t>{0x2684, 0x2330, 0x2901})  // RTX 4090, H100, B200
    EXPECT_EQ(known_trouble(k_nvidia, id, {"flr", "bus"}), "") << id;
  EXPECT_EQ(known_trouble(k_nvidia, 0x2b85, {"bus"}), "") << "the bus was chosen";
  EXPECT_THAT(known_trouble(k_ati, 0x74a1, {"flr", "bus"}), HasSubstr("until the host is rebooted"));
  EXPECT_THAT(known_trouble(k_ati, 0x75a3, {"bus"}), HasSubstr("is reset with its bus, after which"));
  EXPECT_EQ(known_trouble(k_ati, 0x74b5, {"flr"}), "") << "its virtual functions";
}

TEST(ResetMethod, OffersTheResetThatWorksWhereItReachesNothingElse) {
  const auto whole = known_trouble(0x10de, 0x2c05, {"flr", "bus"});
  EXPECT_THAT(whole, HasSubstr("`echo bus > /sys/bus/pci/devices/0000:01:00.0/reset_method`"));
  EXPECT_THAT(whole, HasSubstr(R"(ATTR{device}=="0x2c05", ATTR{reset_method}="bus")"));
  const auto without_sound = known_trouble(0x10de, 0x2c05, {"flr", "bus"}, target("0000:01:00.0"));
  EXPECT_THAT(without_sound, ::testing::Not(HasSubstr("echo bus")));
  EXPECT_THAT(known_trouble(0x10de, 0x2c05, {"flr"}), ::testing::Not(HasSubstr("echo bus")));
  EXPECT_THAT(known_trouble(0x1002, 0x74a1, {"flr", "bus"}), ::testing::Not(HasSubstr("echo bus")));
}

TEST(ResetMethod, OffersVirtualFunctionsWhereTheCardHasThem) {
  auto inventory = with_methods({"flr"});
  auto& card_function = device_of(inventory, "0000:01:00.0");
  card_function.vendor = 0x1002;
  card_function.device = 0x74a1;
  card_function.sriov = Sriov{};
  card_function.sriov->total = 8;
  EXPECT_THAT(reset_method(inventory, target("0000:01:00.0")).front().remedy, HasSubstr("virtual functions"));
}

TEST(ResetMethod, WarnsWhereThereIsNone) {
  auto inventory = machine();
  device_of(inventory, "0000:00:02.0").reset_methods.clear();
  const auto finding = only(reset_method(inventory, target("0000:00:02.0")));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.what, HasSubstr("cannot be reset"));
}

TEST(ResetMethod, FunctionsThatDifferAreTwoFindings) {
  auto inventory = with_methods({"flr"});
  device_of(inventory, "0000:01:00.1").reset_methods = {"pm"};
  const auto findings = reset_method(inventory, card());
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[1].device, at("0000:01:00.1"));
}

TEST(ResetMethod, IsUnmeasuredWhereItCannotBeRead) {
  auto inventory = with_methods({});
  inventory.problems = {{"/sys/bus/pci/devices/0000:01:00.0/reset_method", "Permission denied"}};
  EXPECT_EQ(only(reset_method(inventory, target("0000:01:00.0"))).severity, Severity::unmeasured);
}

}  // namespace
}  // namespace gpupass::judge
