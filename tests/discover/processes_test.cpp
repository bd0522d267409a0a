// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that hold a device.
#include <gtest/gtest.h>

#include "discover/holders/scan.hpp"
#include "discover/machine.hpp"

namespace gpupass::discover {
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

TEST_F(Processes, HoldWhatADriverThatIsNotListedMadeANodeFor) {
  const std::string function = "/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0";
  for (const std::string name : {"apex/apex_0", "dvb/dvb0.frontend0", "i2c-dev/i2c-3", "watchdog/watchdog0"})
    machine.tree.dir(function + "/" + name)
        .link("/sys/class/" + name, "../.." + function.substr(4) + "/" + name);
  process(12, "frigate", {"/dev/apex_0"});
  process(13, "tvheadend", {"/dev/dvb/adapter0/frontend0", "/dev/dvb/adapter1/frontend0"});
  process(14, "openrgb", {"/dev/i2c-3"});
  process(15, "systemd", {"/dev/watchdog0", "/dev/kvm", "/dev/net/tun"});
  EXPECT_EQ(holding("0000:02:00.0"),
            (Names{"/dev/apex_0 by frigate (12)", "/dev/dvb/adapter0/frontend0 by tvheadend (13)",
                   "/dev/i2c-3 by openrgb (14)"}));
}

TEST_F(Processes, HoldAWholeGroupThroughVfio) {
  process(11, "qemu-system-x86", {"/dev/vfio/vfio", "/dev/vfio/1"});
  EXPECT_EQ(holding("0000:01:00.0"), Names{"/dev/vfio/1 by qemu-system-x86 (11)"});
  EXPECT_EQ(holding("0000:01:00.1"), Names{"/dev/vfio/1 by qemu-system-x86 (11)"});
  EXPECT_EQ(holding("0000:03:00.0"), Names{});
}

TEST_F(Processes, HoldTheParentThroughAMediatedDevice) {
  const std::string uuid = "5bfcd486-0000-4000-8000-97366690106f";
  const auto mdev = "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/" + uuid;
  machine.tree.dir(mdev + "/vfio-dev/vfio5")
      .link("/sys/kernel/iommu_groups/20/devices/" + uuid, "../../../.." + mdev.substr(4))
      .link("/sys/class/vfio-dev/vfio5", "../.." + mdev.substr(4) + "/vfio-dev/vfio5");
  process(21, "qemu-system-x86", {"/dev/vfio/vfio", "/dev/vfio/20"});
  process(22, "qemu-system-x86", {"/dev/vfio/devices/vfio5"});
  EXPECT_EQ(holding("0000:01:00.0"), (Names{"/dev/vfio/20 by qemu-system-x86 (21)",
                                            "/dev/vfio/devices/vfio5 by qemu-system-x86 (22)"}));
  EXPECT_EQ(holding("0000:01:00.1"), Names{});
  for (const auto& holder : machine.read().holders) EXPECT_EQ(holder.child, uuid);
}

TEST_F(Processes, HoldThePhysicalFunctionThroughAVirtualOne) {
  machine.pci.add({.address = "0000:02:00.1",
                   .bus = "pci0000:00/0000:00:06.0",
                   .class_code = 0x010802,
                   .driver = "vfio-pci",
                   .group = 30});
  machine.tree.file("/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0/sriov_totalvfs", "2\n")
      .file("/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0/sriov_numvfs", "1\n")
      .link("/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0/virtfn0", "../0000:02:00.1")
      .link("/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.1/physfn", "../0000:02:00.0");
  process(23, "spdk_tgt", {"/dev/vfio/30"});
  EXPECT_EQ(holding("0000:02:00.1"), Names{"/dev/vfio/30 by spdk_tgt (23)"});
  EXPECT_EQ(holding("0000:02:00.0"), Names{"/dev/vfio/30 by spdk_tgt (23)"});
  const auto inventory = machine.read();
  EXPECT_EQ(inventory.holders.at(0).child, "0000:02:00.1");
  EXPECT_EQ(inventory.holders.back().child, "");
}

TEST_F(Processes, HoldTheDiskWhoseNodeTheyHaveOpen) {
  const std::string disk = "/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0/nvme/nvme0/nvme0n1";
  const std::string mapped = "/sys/devices/virtual/block/dm-5";
  machine.tree.dir(disk)
      .link("/sys/class/block/nvme0n1", "../.." + disk.substr(4))
      .file(mapped + "/dm/name", "ssd-vm\n")
      .file(mapped + "/dm/uuid", "LVM-abc\n")
      .link("/sys/class/block/dm-5", "../.." + mapped.substr(4))
      .link(disk + "/holders/dm-5", "../../../../../../../.." + mapped.substr(4));
  process(31, "kvm", {"/dev/kvm", "/dev/dm-5"});
  process(32, "kvm", {"/dev/nvme0n1"});
  process(33, "restic", {"/dev/mapper/ssd-vm"});
  EXPECT_EQ(holding("0000:02:00.0"), (Names{"/dev/dm-5 by kvm (31)", "/dev/mapper/ssd-vm by restic (33)",
                                            "/dev/nvme0n1 by kvm (32)"}));
  const auto inventory = machine.read();
  EXPECT_EQ(inventory.holders.at(0).use, "/dev/mapper/ssd-vm");
  EXPECT_EQ(inventory.holders.at(0).depth, 2);
  EXPECT_EQ(inventory.holders.at(2).depth, 1);
}

TEST_F(Processes, HoldADiskThroughItsOtherNodes) {
  const std::string function = "/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0";
  const std::string usb = "/sys/devices/pci0000:00/0000:00:1f.6/usb1/1-2";
  machine.tree.dir(function + "/nvme/nvme0/ng0n1")
      .link("/sys/class/nvme/nvme0", "../.." + function.substr(4) + "/nvme/nvme0")
      .link("/sys/class/nvme-generic/ng0n1", "../.." + function.substr(4) + "/nvme/nvme0/ng0n1")
      .file(usb + "/busnum", "1\n")
      .file(usb + "/devnum", "4\n")
      .link("/sys/bus/usb/devices/1-2", "../../.." + usb.substr(4));
  process(41, "smartd", {"/dev/nvme0"});
  process(42, "fio", {"/dev/ng0n1"});
  process(43, "qemu-system-x86", {"/dev/bus/usb/001/004"});
  EXPECT_EQ(holding("0000:02:00.0"), (Names{"/dev/ng0n1 by fio (42)", "/dev/nvme0 by smartd (41)"}));
  EXPECT_EQ(holding("0000:00:1f.6"), Names{"/dev/bus/usb/001/004 by qemu-system-x86 (43)"});
}

TEST_F(Processes, HoldEverySwitchThroughANodeOfSwitches) {
  machine.pci.add({.address = "0000:05:00.0",
                   .class_code = 0x068000,
                   .vendor = 0x10de,
                   .driver = "nvidia-nvswitch",
                   .group = 40});
  process(51, "nv-fabricmanage", {"/dev/nvidia-nvswitchctl", "/dev/nvidia-nvswitch0"});
  process(52, "mig", {"/dev/nvidia-caps/nvidia-cap1"});
  EXPECT_EQ(holding("0000:05:00.0"), Names{"/dev/nvidia-nvswitch0 by nv-fabricmanage (51)"});
  EXPECT_EQ(holding("0000:01:00.0"), Names{"/dev/nvidia-caps/nvidia-cap1 by mig (52)"});
}

struct Origin {
  const char* command_line;  // words ended by |
  const char* group;
  const char* manager;
  const char* managed;
};

class Origins : public Processes, public ::testing::WithParamInterface<Origin> {};

TEST_P(Origins, OfAProcessAreTold) {
  process(61, "x", {"/dev/nvidia0"});
  std::string words = GetParam().command_line;
  std::ranges::replace(words, '|', '\0');
  machine.tree.file("/proc/61/cmdline", words).file("/proc/61/cgroup", GetParam().group);
  const auto holder = machine.read().holders.at(0);
  EXPECT_EQ(holder.manager, GetParam().manager);
  EXPECT_EQ(holder.managed, GetParam().managed);
}

INSTANTIATE_TEST_SUITE_P(
    Processes, Origins,
    ::testing::Values(
        Origin{"/usr/bin/qemu-system-x86_64|-name|guest=vm1,debug-threads=on|-S|",
               "0::/machine.slice/machine-qemu\\x2d1\\x2dvm1.scope/libvirt/emulator\n", "libvirt", "vm1"},
        Origin{"/usr/bin/kvm|-id|101|-name|web,debug-threads=on|", "0::/qemu.slice/101.scope\n", "proxmox",
               "101"},
        Origin{"/usr/bin/qemu-system-x86_64|-name|mine|", "0::/user.slice/user-1000.slice/session-3.scope\n",
               "", ""},
        Origin{"ovs-vswitchd|", "0::/system.slice/ovs-vswitchd.service\n", "systemd", "ovs-vswitchd.service"},
        Origin{"spdk_tgt|", "12:pids:/x\n1:name=systemd:/system.slice/spdk.service\n", "systemd",
               "spdk.service"},
        Origin{"spdk_tgt|", "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-0123456789abcdef.scope\n",
               "kubernetes", "0123456789ab"},
        Origin{"a|", "0::/machine.slice/libpod-0123456789abcdef.scope/container\n", "podman", "0123456789ab"},
        Origin{"a|", "0::/docker/0123456789abcdef\n", "docker", "0123456789ab"},
        Origin{"a|", "0::/lxc/101/ns/init.scope\n", "lxc", "101"},
        Origin{"a|", "0::/lxc.payload.web/init.scope\n", "lxc", "web"},
        Origin{"a|", "0::/machine.slice/machine-web.scope/payload/system.slice/x.service\n", "systemd-nspawn",
               "web"},
        Origin{"a|", "0::/machine.slice/systemd-nspawn@web.service/payload\n", "systemd-nspawn", "web"},
        Origin{"a|", "0::/libpod_parent/libpod-0123456789abcdef\n", "podman", "0123456789ab"},
        Origin{"a|",
               "0::/kubepods/burstable/pod1/"
               "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
               "kubernetes", "0123456789ab"},
        Origin{"a|", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/steam.service\n",
               "systemd-user", "steam.service"}));

TEST_F(Processes, HaveANodeByItsNumberWhateverAContainerCallsIt) {
  const std::string card = "../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/renderD128";
  machine.tree.dir("/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/renderD128")
      .link("/sys/dev/char/226:128", card);
  machine.tree.dir("/sys/devices/virtual/vfio/14")
      .link("/sys/dev/char/241:0", "../../devices/virtual/vfio/14");
  machine.tree.dir("/sys/devices/virtual/mem/null")
      .link("/sys/dev/char/1:3", "../../devices/virtual/mem/null");
  EXPECT_EQ(node_of_number(machine.host, "226:128"), "/dev/dri/renderD128");
  EXPECT_EQ(node_of_number(machine.host, "241:0"), "/dev/vfio/14");
  EXPECT_EQ(node_of_number(machine.host, "195:1"), "/dev/nvidia1");
  EXPECT_EQ(node_of_number(machine.host, "195:255"), "/dev/nvidiactl");
  EXPECT_EQ(node_of_number(machine.host, "1:3"), "");
  EXPECT_EQ(node_of_number(machine.host, "77:7"), "");
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
  EXPECT_EQ(test::problems_of(inventory, "/proc/*/fd"), "the open files of 1 process cannot be seen\n");
}

TEST_F(Processes, AreNotLookedForUnlessAsked) {
  process(15, "cuda", {"/dev/nvidia0"});
  const auto inventory = discover::read_inventory(machine.host, {.holders = false});
  ASSERT_TRUE(inventory);
  EXPECT_TRUE(inventory->holders.empty());
  EXPECT_FALSE(inventory->holders_complete);
}

}  // namespace
}  // namespace gpupass::discover
