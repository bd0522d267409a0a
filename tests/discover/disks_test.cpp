// SPDX-License-Identifier: GPL-2.0-or-later
// Mounts and swap that hold a disk, itself or through layers.
#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using test::at;
using test::Machine;

const std::string k_disk = "/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0/nvme/nvme0/nvme0n1";
const std::string k_virtual = "/sys/devices/virtual/block/";

class Disks : public ::testing::Test {
 protected:
  /// A block device at a path of sysfs, reachable as the kernel shows it.
  void block(const std::string& path, const std::string& number) {
    const auto name = path.substr(path.rfind('/') + 1);
    machine.tree.dir(path).link("/sys/class/block/" + name, "../../.." + path);
    machine.tree.link("/sys/dev/block/" + number, "../../.." + path);
  }
  void stand_on(const std::string& upper, const std::string& lower_path) {
    machine.tree.link(k_virtual + upper + "/slaves/" + lower_path.substr(lower_path.rfind('/') + 1),
                      "../../../../../.." + lower_path);
  }
  void mounts(const std::string& lines) { machine.tree.file("/proc/self/mountinfo", lines); }
  /// What the function is held by, as "NODE USE".
  std::vector<std::string> held(const std::string& address = "0000:02:00.0") {
    inventory = machine.read();
    std::vector<std::string> uses;
    for (const auto& holder : inventory.holders) {
      if (holder.device == at(address)) uses.push_back(holder.node + " " + holder.use);
    }
    return uses;
  }
  using Names = std::vector<std::string>;

  Machine machine;
  Inventory inventory;
};

TEST_F(Disks, AreHeldByAMountOfAPartition) {
  block(k_disk + "/nvme0n1p2", "259:2");
  mounts(
      "21 26 0:20 / /proc rw - proc proc rw\n26 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n");
  EXPECT_EQ(held(), Names{"/dev/nvme0n1p2 /"});
  EXPECT_EQ(inventory.holders.at(0).kind, HolderKind::mount);
  EXPECT_EQ(test::all_problems(inventory), "");
}

TEST_F(Disks, AreHeldOnceWhateverIsBoundElsewhere) {
  block(k_disk + "/nvme0n1p2", "259:2");
  mounts(
      "26 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n"
      "27 26 259:2 /var/lib/x /mnt/bind rw - ext4 /dev/nvme0n1p2 rw\n"
      "28 26 259:2 / /mnt/again rw - ext4 /dev/nvme0n1p2 rw\n");
  EXPECT_EQ(held(), Names{"/dev/nvme0n1p2 /"});
}

TEST_F(Disks, AreHeldThroughEncryptionAndLvm) {
  block(k_disk + "/nvme0n1p3", "259:3");
  block(k_virtual + "dm-0", "253:0");
  block(k_virtual + "dm-1", "253:1");
  stand_on("dm-0", k_disk + "/nvme0n1p3");
  stand_on("dm-1", k_virtual + "dm-0");
  mounts("26 1 253:1 / /home\\040of\\134me rw - xfs /dev/mapper/vg-home rw\n");
  EXPECT_EQ(held(),
            (Names{"/dev/nvme0n1p3 /home of\\me", "/dev/nvme0n1p3 /dev/dm-0", "/dev/nvme0n1p3 /dev/dm-1"}));
  EXPECT_EQ(inventory.holders.at(0).depth, 3);
  EXPECT_EQ(inventory.holders.at(1).depth, 1);
  EXPECT_EQ(inventory.holders.at(2).depth, 2);
}

TEST_F(Disks, AreHeldThroughAPartitionOfARaid) {
  block(k_disk, "259:0");
  block(k_virtual + "md0", "9:0");
  block(k_virtual + "md0/md0p1", "259:9");
  stand_on("md0", k_disk);
  mounts("26 1 259:9 / /boot rw - ext4 /dev/md0p1 rw\n");
  EXPECT_EQ(held(), (Names{"/dev/nvme0n1 /boot", "/dev/nvme0n1 /dev/md0"}));
}

TEST_F(Disks, AreAllHeldByABtrfs) {
  const std::string other = "/sys/devices/pci0000:00/0000:00:1f.6/ata1/block/sda";
  block(k_disk, "259:0");
  block(other, "8:0");
  machine.tree.link("/sys/fs/btrfs/uuid/devices/nvme0n1", "../../../../.." + k_disk);
  machine.tree.link("/sys/fs/btrfs/uuid/devices/sda", "../../../../.." + other);
  mounts(
      "26 1 0:25 /@ / rw - btrfs /dev/sda rw,subvol=/@\n"
      "27 26 0:25 /@home /home rw - btrfs /dev/sda rw,subvol=/@home\n");
  EXPECT_EQ(held(), (Names{"/dev/nvme0n1 /", "/dev/nvme0n1 /home"}));
  EXPECT_EQ(held("0000:00:1f.6"), (Names{"/dev/sda /", "/dev/sda /home"}));
}

TEST_F(Disks, AreHeldThroughADiskOfSeveralControllers) {
  const std::string subsystem = "/sys/devices/virtual/nvme-subsystem/nvme-subsys0";
  block(subsystem + "/nvme0n1", "259:0");
  machine.tree.dir("/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0/nvme/nvme0")
      .link(subsystem + "/nvme0", "../../../pci0000:00/0000:00:06.0/0000:02:00.0/nvme/nvme0");
  mounts("26 1 259:0 / / rw - ext4 /dev/nvme0n1 rw\n");
  EXPECT_EQ(held(), Names{"/dev/nvme0n1 /"});
}

TEST_F(Disks, AreHeldBySwap) {
  block(k_disk + "/nvme0n1p4", "259:4");
  machine.tree.file("/proc/swaps", "Filename Type Size Used Priority\n/dev/nvme0n1p4 partition 9 0 -2\n");
  EXPECT_EQ(held(), Names{"/dev/nvme0n1p4 /dev/nvme0n1p4"});
  EXPECT_EQ(inventory.holders.at(0).kind, HolderKind::swap);
  EXPECT_EQ(test::all_problems(inventory), "");
}

TEST_F(Disks, AreNotHeldByWhatLiesOnNone) {
  mounts(
      "30 1 0:30 / /tmp rw - tmpfs tmpfs rw\n31 1 0:31 / /net rw - 9p share rw,trans=virtio\n"
      "32 1 0:32 / /doc rw - fuse.portal /dev/fuse rw\n");
  EXPECT_EQ(held(), Names{});
  EXPECT_EQ(test::all_problems(inventory), "");
}

TEST_F(Disks, ThatCannotBeFoundAreAProblem) {
  mounts(
      "33 1 0:33 / /tank rw - zfs tank/data rw\n34 1 259:7 / /lost rw - ext4 /dev/nvme0n1p7 rw\nrubbish\n");
  machine.tree.file("/proc/swaps", "/dev/gone partition 1 1 1\n");
  EXPECT_EQ(held(), Names{});
  EXPECT_EQ(test::problems_of(inventory, "/proc/self/mountinfo"),
            "line 'rubbish' is not a mount\n"
            "the disks below /tank (zfs tank/data) cannot be found\n"
            "the disks below /lost (ext4 /dev/nvme0n1p7) cannot be found\n");
  EXPECT_EQ(test::problems_of(inventory, "/proc/swaps"), "the disk of '/dev/gone' cannot be found\n");
}

TEST_F(Disks, ThatStandOnThemselvesEnd) {
  block(k_virtual + "dm-0", "253:0");
  block(k_virtual + "dm-1", "253:1");
  stand_on("dm-0", k_virtual + "dm-1");
  stand_on("dm-1", k_virtual + "dm-0");
  mounts("26 1 253:1 / / rw - ext4 /dev/dm-1 rw\n");
  EXPECT_EQ(held(), Names{});
}

TEST_F(Disks, AreReadAsTheFirstProcessSeesThem) {
  block(k_disk, "259:0");
  mounts("");
  machine.tree.file("/proc/1/mountinfo", "26 1 259:0 / /data rw - ext4 /dev/nvme0n1 rw\n");
  EXPECT_EQ(held(), Names{"/dev/nvme0n1 /data"});
}

TEST_F(Disks, AreHeldByASwapFileOnTheirFileSystem) {
  block(k_disk + "/nvme0n1p2", "259:2");
  mounts("26 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n");
  machine.tree.file("/proc/swaps", "Filename Type Size Used Priority\n/swap\\040file file 9 0 -3\n");
  EXPECT_EQ(held(), (Names{"/dev/nvme0n1p2 /", "/dev/nvme0n1p2 /swap file"}));
  EXPECT_EQ(inventory.holders.at(1).kind, HolderKind::swap);
  EXPECT_EQ(inventory.holders.at(1).depth, 2);
}

TEST_F(Disks, OfAContainerAreHeldByIt) {
  block(k_disk + "/nvme0n1p2", "259:2");
  block(k_disk + "/nvme0n1p5", "259:5");
  mounts("26 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n");
  machine.tree.link("/proc/1/ns/mnt", "mnt:[1]").file("/proc/1/mountinfo", "26 1 259:2 / / rw - ext4 a rw\n");
  for (const char* const process : {"/proc/77", "/proc/78"}) {
    machine.tree.dir(std::string(process) + "/fd")
        .link(std::string(process) + "/ns/mnt", "mnt:[2]")
        .file(std::string(process) + "/comm", "postgres\n")
        .file(std::string(process) + "/cgroup", "0::/system.slice/docker-0123456789abcdef0123.scope\n");
  }
  machine.tree.file("/proc/77/mountinfo",
                    "40 1 259:2 /var/lib/image / rw - ext4 /dev/nvme0n1p2 rw\n"
                    "41 40 259:5 / /data rw - xfs /dev/nvme0n1p5 rw\n");
  machine.tree.link("/proc/78/fd/3", "/dev/kvm")
      .file("/proc/78/mountinfo", "not read: it is the same namespace\n");
  EXPECT_EQ(held(), (Names{"/dev/nvme0n1p2 /", "/dev/nvme0n1p5 /data"}));
  EXPECT_EQ(test::all_problems(inventory), "");
  const auto& of_container = inventory.holders.at(1);
  EXPECT_EQ(of_container.pid, 77);
  EXPECT_EQ(of_container.process, "postgres");
  EXPECT_EQ(of_container.manager, "docker");
  EXPECT_EQ(of_container.managed, "0123456789ab");
}

TEST_F(Disks, BehindAVmdControllerHoldItToo) {
  machine.pci.add({.address = "0000:00:0e.0", .class_code = 0x010400, .driver = "vmd", .group = 7});
  const std::string disk =
      "/sys/devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0/nvme/nvme7/nvme7n1";
  block(disk + "/nvme7n1p1", "259:70");
  mounts("26 1 259:70 / / rw - ext4 /dev/nvme7n1p1 rw\n");
  EXPECT_EQ(held("0000:00:0e.0"), Names{"/dev/nvme7n1p1 /"});
  EXPECT_EQ(held("10000:e1:00.0"), Names{"/dev/nvme7n1p1 /"});
}

TEST_F(Disks, BehindThunderboltHoldItsController) {
  const std::string root = "pci0000:00/0000:00:1c.0";
  for (const auto& [address, bus] :
       std::vector<std::pair<std::string, std::string>>{{"0000:00:1c.0", "pci0000:00"},
                                                        {"0000:05:00.0", root},
                                                        {"0000:06:00.0", root + "/0000:05:00.0"},
                                                        {"0000:06:01.0", root + "/0000:05:00.0"}})
    machine.pci.add({.address = address, .bus = bus, .class_code = 0x060400, .driver = "pcieport"});
  machine.pci.add({.address = "0000:07:00.0",
                   .bus = root + "/0000:05:00.0/0000:06:00.0",
                   .class_code = 0x088000,
                   .driver = "thunderbolt"});
  machine.pci.add({.address = "0000:08:00.0",
                   .bus = root + "/0000:05:00.0/0000:06:01.0",
                   .class_code = 0x010802,
                   .driver = "nvme"});
  block("/sys/devices/" + root + "/0000:05:00.0/0000:06:01.0/0000:08:00.0/nvme/nvme8/nvme8n1", "259:80");
  mounts("26 1 259:80 / /backup rw - ext4 /dev/nvme8n1 rw\n");
  EXPECT_EQ(held("0000:08:00.0"), Names{"/dev/nvme8n1 /backup"});
  EXPECT_EQ(held("0000:07:00.0"), Names{"/dev/nvme8n1 /backup"});
  EXPECT_EQ(held("0000:06:01.0"), Names{});  // a bridge
}

TEST_F(Disks, BehindAProcessorsUsb4HoldItsController) {
  machine.pci.add({.address = "0000:00:0d.2", .class_code = 0x0c0340, .driver = "thunderbolt", .group = 8});
  machine.tree.link("/sys/devices/pci0000:00/0000:00:0d.2/consumer:pci:0000:00:06.0",
                    "../../virtual/devlink/pci:0000:00:0d.2--pci:0000:00:06.0");
  block(k_disk, "259:0");
  mounts("26 1 259:0 / /backup rw - ext4 /dev/nvme0n1 rw\n");
  EXPECT_EQ(held("0000:00:0d.2"), Names{"/dev/nvme0n1 /backup"});
}

TEST_F(Disks, OnUsbHoldTheUsbController) {
  block(
      "/sys/devices/pci0000:00/0000:00:1f.6/usb2/2-1/2-1.4/2-1.4:1.0/host6/target6:0:0/6:0:0:0/block/sdb/"
      "sdb1",
      "8:17");
  mounts("26 1 8:17 / /media/stick rw - vfat /dev/sdb1 rw\n");
  EXPECT_EQ(held("0000:00:1f.6"), Names{"/dev/sdb1 /media/stick"});
}

TEST_F(Disks, OfAnXfsWithALogElsewhereAreBothHeld) {
  block(k_disk + "/nvme0n1p2", "259:2");
  block(k_disk + "/nvme0n1p6", "259:6");
  mounts("26 1 259:2 / /srv rw - xfs /dev/nvme0n1p2 rw,attr2,logdev=/dev/nvme0n1p6,noquota\n");
  EXPECT_EQ(held(), (Names{"/dev/nvme0n1p2 /srv", "/dev/nvme0n1p6 /srv"}));
}

}  // namespace
}  // namespace gpupass::discover
