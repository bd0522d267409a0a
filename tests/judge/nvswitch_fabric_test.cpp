// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/fabric.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::at;
using test::machine;
using test::only;
using ::testing::HasSubstr;
using ::testing::Not;

Device nvidia(std::string_view address, std::uint32_t class_code, std::uint16_t model) {
  auto made = test::device(address, class_code, "NVIDIA", "nvidia", 50);
  made.vendor = 0x10de;
  made.device = model;
  made.bridges = {at("0000:00:01.0")};
  return made;
}

const std::vector<PciAddress> k_gpus{at("0000:18:00.0"), at("0000:2a:00.0"), at("0000:3a:00.0"),
                                     at("0000:5d:00.0")};
const std::vector<PciAddress> k_switches{at("0000:05:00.0"), at("0000:06:00.0")};

/// A board of four GPUs and two switches, and an older card of NVIDIA's in a slot.
Inventory board() {
  auto made = machine();
  for (const auto& one : k_switches) made.devices.push_back(nvidia(to_string(one), 0x068000, 0x22a3));
  for (const auto& one : k_gpus) made.devices.push_back(nvidia(to_string(one), 0x030200, 0x2335));
  made.devices.push_back(nvidia("0000:e1:00.0", 0x030200, 0x1eb8));
  std::ranges::sort(made.devices, {}, &Device::address);
  return made;
}

Target both(std::vector<PciAddress> some, const std::vector<PciAddress>& more) {
  some.insert(some.end(), more.begin(), more.end());
  return {some};
}

Finding judged(const Target& target) {
  return only(nvswitch_fabric(board(), target));
}

TEST(NvswitchFabric, TheWholeBoardTogetherIsFine) {
  const auto finding = judged(both(k_gpus, k_switches));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "all 4 GPUs and 2 NVSwitches go together: Fabric Manager runs in the guest");
  EXPECT_TRUE(is_full_passthrough(board(), both(k_gpus, k_switches)));
}

TEST(NvswitchFabric, AllGpusWithoutTheSwitchesAreToldWhichOnesAreMissing) {
  const auto finding = judged({k_gpus});
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.what,
              HasSubstr("all of the machine's 4 GPUs go without its 2 NVSwitches 0000:05:00.0 and "
                        "0000:06:00.0"));
  EXPECT_THAT(finding.remedy, HasSubstr("name 0000:05:00.0 and 0000:06:00.0 as well"));
  EXPECT_THAT(finding.remedy, HasSubstr("leave nvidia-fabricmanager running"));
}

TEST(NvswitchFabric, SomeGpusWantAPartition) {
  const auto finding = judged({{k_gpus[0], k_gpus[1]}});
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.what, HasSubstr("2 of the machine's 4 GPUs go without"));
  EXPECT_THAT(finding.what, HasSubstr("activated a partition of exactly these GPUs"));
  EXPECT_THAT(finding.remedy,
              HasSubstr("name 0000:3a:00.0, 0000:5d:00.0, 0000:05:00.0 and 0000:06:00.0 as well"));
  EXPECT_THAT(judged({{k_gpus[0]}}).what, HasSubstr("1 of the machine's 4 GPUs goes without"));
}

TEST(NvswitchFabric, HalfABoardWithItsSwitchesIsToldWhatIsMissing) {
  auto finding = judged(both({k_gpus[0], k_gpus[1]}, k_switches));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.what, HasSubstr("go without 2 GPUs 0000:3a:00.0 and 0000:5d:00.0"));
  finding = judged(both(k_gpus, {k_switches[0]}));
  EXPECT_THAT(finding.what, HasSubstr("1 NVSwitch 0000:05:00.0 goes without 1 NVSwitch 0000:06:00.0"));
}

TEST(NvswitchFabric, AllSwitchesAloneAreForAServiceVm) {
  const auto finding = judged({k_switches});
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.what, HasSubstr("service VM"));
  EXPECT_THAT(judged({{k_switches[0]}}).what, Not(HasSubstr("service VM")));
}

TEST(NvswitchFabric, AnotherCardOfTheMachineIsNoPartOfIt) {
  EXPECT_TRUE(nvswitch_fabric(board(), test::target("0000:e1:00.0")).empty());
  EXPECT_TRUE(nvswitch_fabric(board(), test::card()).empty());
}

TEST(NvswitchFabric, DoesNotApplyWithoutSwitches) {
  auto inventory = board();
  std::erase_if(inventory.devices, [](const Device& device) { return is_nvswitch(device); });
  EXPECT_TRUE(nvswitch_fabric(inventory, {k_gpus}).empty());
  EXPECT_FALSE(is_full_passthrough(inventory, {k_gpus}));
}

/// In the shared model it stays where the switches are.
TEST(NvswitchFabric, FabricManagerIsStoppedForFullPassthroughOnly) {
  auto inventory = board();
  inventory.holders.push_back(
      test::process("0000:18:00.0", "/dev/nvidia-caps/nvidia-cap1", 2345, "nv-fabricmanage"));
  const auto remedy = [&](const Target& target) { return only(device_held(inventory, target)).remedy; };
  EXPECT_THAT(remedy(both(k_gpus, k_switches)), HasSubstr("`systemctl stop nvidia-fabricmanager`"));
  for (const auto& target : {Target{k_gpus}, Target{{k_gpus[0]}}, both({k_gpus[0]}, k_switches)}) {
    EXPECT_THAT(remedy(target), Not(HasSubstr("systemctl stop")));
    EXPECT_THAT(remedy(target), HasSubstr("FABRIC_MODE=1"));
  }
}

/// nForce chipsets had network and other functions of class 0680 on the root bus.
TEST(NvswitchFabric, AnOldChipsetIsNoSwitch) {
  auto old = nvidia("0000:00:08.0", 0x068000, 0x0373);
  old.bridges.clear();
  EXPECT_FALSE(is_nvswitch(old));
}

}  // namespace
}  // namespace gpupass::judge
