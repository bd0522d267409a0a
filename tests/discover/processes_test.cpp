// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that hold a device.
#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discovery {
namespace {

using test::at;
using test::Machine;

class Processes : public ::testing::Test {
 protected:
  Processes() {
    machine.pci.add({.address = "0000:03:00.0", .class_code = 0x030200, .vendor = 0x10de, .group = 9});
    card("0000:01:00.0", 0);
    card("0000:03:00.0", 1);
  }

  void card(const std::string& address, int minor) {
    machine.tree.file("/proc/driver/nvidia/gpus/" + address + "/information",
                      "Model: \t\t NVIDIA H100\nDevice Minor: \t " + std::to_string(minor) + "\n");
  }
  void process(int pid, const std::string& name, const std::vector<std::string>& files) {
    const auto folder = "/proc/" + std::to_string(pid);
    machine.tree.file(folder + "/comm", name + "\n").dir(folder + "/fd");
    for (std::size_t i = 0; i < files.size(); ++i)
      machine.tree.link(folder + "/fd/" + std::to_string(i), files[i]);
  }
  /// Who holds a function, as "NODE by NAME (PID)".
  [[nodiscard]] std::vector<std::string> holding(const std::string& address) const {
    std::vector<std::string> who;
    for (const auto& holder : machine.read().holders) {
      if (holder.kind != HolderKind::process || holder.device != at(address)) continue;
      who.push_back(holder.node + " by " + holder.process + " (" + std::to_string(holder.pid) + ")");
    }
    return who;
  }
  using Names = std::vector<std::string>;

  Machine machine;
};

TEST_F(Processes, HoldANvidiaCardByItsMinorNumber) {
  process(7, "cuda", {"/dev/null", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia1", "socket:[1]"});
  EXPECT_EQ(holding("0000:03:00.0"), Names{"/dev/nvidia1 by cuda (7)"});
  EXPECT_EQ(holding("0000:01:00.0"), Names{});
  EXPECT_TRUE(machine.read().holders_complete);
}

TEST_F(Processes, HoldEveryNvidiaCardWhenNothingTellsWhich) {
  process(8, "nvidia-persiste", {"/dev/nvidiactl"});
  EXPECT_EQ(holding("0000:01:00.0"), Names{"/dev/nvidiactl by nvidia-persiste (8)"});
  EXPECT_EQ(holding("0000:03:00.0"), Names{"/dev/nvidiactl by nvidia-persiste (8)"});
}

TEST_F(Processes, HoldWhatAClassDeviceBelongsTo) {
  const std::string card = "../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0";
  const std::string sound = "../../devices/pci0000:00/0000:00:01.0/0000:01:00.1/sound/card1/pcmC1D0p";
  machine.tree.dir("/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0")
      .link("/sys/class/drm/card0", card);
  machine.tree.dir("/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.1/sound/card1/pcmC1D0p")
      .link("/sys/class/sound/pcmC1D0p", sound);
  process(9, "Xorg", {"/dev/dri/card0", "/dev/dri/card0"});
  process(10, "pipewire", {"/dev/snd/pcmC1D0p", "/dev/snd/seq"});
  EXPECT_EQ(holding("0000:01:00.0"), Names{"/dev/dri/card0 by Xorg (9)"});
  EXPECT_EQ(holding("0000:01:00.1"), Names{"/dev/snd/pcmC1D0p by pipewire (10)"});
}

TEST_F(Processes, HoldAWholeGroupThroughVfio) {
  process(11, "qemu-system-x86", {"/dev/vfio/vfio", "/dev/vfio/1"});
  EXPECT_EQ(holding("0000:01:00.0"), Names{"/dev/vfio/1 by qemu-system-x86 (11)"});
  EXPECT_EQ(holding("0000:01:00.1"), Names{"/dev/vfio/1 by qemu-system-x86 (11)"});
  EXPECT_EQ(holding("0000:03:00.0"), Names{});
}

TEST_F(Processes, HoldNothingThroughNodesThatAreNot) {
  process(12, "evil\x1b[2J",
          {"/dev/nvidia99", "/dev/nvidia0 (deleted)", "/dev/vfio/77", "/dev/vfio/x", "/dev/dri/",
           "/dev/dri/../../etc", "/dev/fb9"});
  EXPECT_EQ(holding("0000:01:00.0"), Names{"/dev/nvidia0 (deleted) by evil\\x1b[2J (12)"});
}

TEST_F(Processes, ThatEndedMeanwhileAreNoProblem) {
  machine.tree.dir("/proc/13");
  EXPECT_TRUE(machine.read().holders_complete);
}

TEST_F(Processes, ThatCannotBeLookedIntoLeaveTheListIncomplete) {
  machine.tree.link("/proc/14/fd", "fd");  // any error but absence
  const auto inventory = machine.read();
  EXPECT_FALSE(inventory.holders_complete);
  EXPECT_EQ(test::problems_of(inventory, "/proc/*/fd"), "the open files of 1 processes may not be seen\n");
}

TEST_F(Processes, AreNotLookedForUnlessAsked) {
  process(15, "cuda", {"/dev/nvidia0"});
  const auto inventory = discover(machine.host, {.holders = false});
  ASSERT_TRUE(inventory);
  EXPECT_TRUE(inventory->holders.empty());
  EXPECT_FALSE(inventory->holders_complete);
}

}  // namespace
}  // namespace gpupass::discovery
