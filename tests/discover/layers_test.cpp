// SPDX-License-Identifier: GPL-2.0-or-later
// Storage layers, pools and targets that hold a disk though nothing of it is mounted.
#include <gtest/gtest.h>

#include "discover/holders/pools.hpp"
#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using test::at;
using test::Machine;

const std::string k_disk = "/sys/devices/pci0000:00/0000:00:06.0/0000:02:00.0/nvme/nvme0/nvme0n1";

class Layers : public ::testing::Test {
 protected:
  Layers() { block(k_disk, "259:0"); }
  void block(const std::string& path, const std::string& number) {
    const auto name = path.substr(path.rfind('/') + 1);
    machine.tree.dir(path).link("/sys/class/block/" + name, "../.." + path.substr(4));
    machine.tree.link("/sys/dev/block/" + number, "../.." + path.substr(4));
  }
  /// A virtual block device.
  std::string layer(const std::string& name, const std::string& number) {
    block("/sys/devices/virtual/block/" + name, number);
    return "/sys/devices/virtual/block/" + name;
  }
  void lies_on(const std::string& upper, const std::string& lower) {
    machine.tree.link("/sys/devices/virtual/block/" + upper + "/slaves/" + lower,
                      "../../../../../class/block/" + lower);
  }
  /// What the disk's function is held by, as "LAYER DEPTH USE".
  std::vector<std::string> held() {
    inventory = machine.read();
    std::vector<std::string> uses;
    for (const auto& holder : inventory.holders) {
      if (holder.device != at("0000:02:00.0")) continue;
      uses.push_back(holder.layer + " " + std::to_string(holder.depth) + " " + holder.use);
    }
    return uses;
  }
  using Names = std::vector<std::string>;

  Machine machine;
  Inventory inventory;
};

TEST_F(Layers, OfEveryKindHoldTheDisk) {
  const auto crypt = layer("dm-0", "253:0");
  machine.tree.file(crypt + "/dm/name", "luks-a\n").file(crypt + "/dm/uuid", "CRYPT-LUKS2-0-luks-a\n");
  const auto lvm = layer("dm-1", "253:1");
  machine.tree.file(lvm + "/dm/name", "vg-a\n").file(lvm + "/dm/uuid", "LVM-0\n");
  const auto paths = layer("dm-2", "253:2");
  machine.tree.file(paths + "/dm/name", "mpatha\n").file(paths + "/dm/uuid", "mpath-0\n");
  layer("md127", "9:127");
  layer("bcache0", "252:0");
  for (const char* const name : {"dm-0", "dm-2", "md127", "bcache0"}) lies_on(name, "nvme0n1");
  lies_on("dm-1", "dm-0");
  EXPECT_EQ(held(), (Names{"bcache 1 /dev/bcache0", "crypt 1 /dev/mapper/luks-a",
                           "mpath 1 /dev/mapper/mpatha", "lvm 2 /dev/mapper/vg-a", "md 1 /dev/md127"}));
  for (const auto& holder : inventory.holders) EXPECT_EQ(holder.kind, HolderKind::layer);
}

TEST_F(Layers, AreFoundByTheirLinkToTheUpperAlone) {
  const auto path = layer("dm-7", "253:7");
  machine.tree.file(path + "/dm/name", "luks-backup\n")
      .link(k_disk + "/holders/dm-7", "../../../../../../../virtual/block/dm-7");
  EXPECT_EQ(held(), Names{"crypt 1 /dev/mapper/luks-backup"});
}

TEST_F(Layers, OnNothingOfThisDiskDoNot) {
  layer("dm-7", "253:7");
  layer("md0", "9:0");
  EXPECT_EQ(held(), Names{});
}

TEST_F(Layers, AreLoopDevicesOnAFileOfTheDisk) {
  const auto path = layer("loop3", "7:3");
  machine.tree.file(path + "/loop/backing_file", "/srv/images/a.img\n")
      .file("/proc/self/mountinfo",
            "20 1 259:9 / / rw - ext4 /dev/sda1 rw\n21 20 259:0 / /srv rw - ext4 /dev/nvme0n1 rw\n"
            "22 20 7:3 / /mnt rw - ext4 /dev/loop3 rw\n");
  EXPECT_EQ(held(), (Names{" 3 /mnt", " 1 /srv", "loop 2 /dev/loop3"}));
}

TEST_F(Layers, AreLoopDevicesOnTheDiskItself) {
  const auto path = layer("loop4", "7:4");
  machine.tree.file(path + "/loop/backing_file", "/dev/nvme0n1\n");
  EXPECT_EQ(held(), Names{"loop 1 /dev/loop4"});
}

TEST_F(Layers, ArePoolsWhoseDisksUdevHasNoted) {
  machine.tree.file("/proc/spl/kstat/zfs/arcstats", "")
      .file("/proc/spl/kstat/zfs/tank/state", "ONLINE\n")
      .file("/run/udev/data/b259:0", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n")
      .file("/proc/self/mountinfo", "33 1 0:33 / /tank rw - zfs tank/data rw\n");
  EXPECT_EQ(held(), (Names{" 1 /tank", "zfs 1 tank"}));
  EXPECT_EQ(test::all_problems(inventory), "");
}

TEST_F(Layers, AreNoPoolsThatAreNotImported) {
  machine.tree.file("/run/udev/data/b259:0", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n");
  EXPECT_EQ(held(), Names{});
}

TEST_F(Layers, PoolsWhoseDisksAreNotKnownAreAProblem) {
  machine.tree.file("/proc/spl/kstat/zfs/tank/state", "ONLINE\n");
  EXPECT_EQ(held(), Names{});
  EXPECT_EQ(test::problems_of(inventory, "/proc/spl/kstat/zfs/tank"),
            "the disks of the ZFS pool tank cannot be found\n");
}

TEST_F(Layers, AVolumeOfAPoolLeadsToItsDisks) {
  layer("zd16", "230:16");
  machine.tree.file("/proc/spl/kstat/zfs/tank/state", "ONLINE\n")
      .file("/run/udev/data/b259:0", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n")
      .file("/proc/88/comm", "kvm\n")
      .link("/proc/88/fd/9", "/dev/zd16");
  EXPECT_EQ(held(), (Names{" 2 ", "zfs 1 tank"}));
  EXPECT_EQ(inventory.holders.at(0).node, "/dev/zd16");
}

/// A number, a string, a pair and a list as libnvpair writes them.
std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xFFU);
  return bytes;
}
std::string text(const std::string& value) {
  auto bytes = number(static_cast<std::uint32_t>(value.size())) + value;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}
std::string pair(const std::string& name, std::uint32_t type, const std::string& value) {
  const auto body = text(name) + number(type) + number(1) + value;
  return number(static_cast<std::uint32_t>(body.size() + 8)) + number(0) + body;
}
std::string list(const std::string& pairs) {
  return number(0) + number(1) + pairs + number(0) + number(0);
}

std::string pool_cache() {
  constexpr std::uint32_t k_string = 9, k_list = 19;
  const auto disk = list(pair("type", k_string, text("disk")) + pair("path", k_string, text("/dev/nvme0n1")));
  const auto tank = list(pair("name", k_string, text("tank")) + pair("vdev_tree", k_list, disk));
  return std::string("\x01\x01\0\0", 4) +
         list(pair("tank", k_list, tank) +
              pair("old", k_list, list(pair("path", k_string, text("/dev/sdz1")))));
}

TEST_F(Layers, ArePoolsWhoseDisksTheirCacheNames) {
  machine.tree.file("/proc/spl/kstat/zfs/tank/state", "ONLINE\n").file("/etc/zfs/zpool.cache", pool_cache());
  EXPECT_EQ(held(), Names{"zfs 1 tank"});
}

TEST(PoolCache, NamesTheDisksOfEachPool) {
  const auto pools = parse_pool_cache(pool_cache());
  ASSERT_EQ(pools.size(), 2U);
  EXPECT_EQ(pools.at("tank"), std::vector<std::string>{"/dev/nvme0n1"});
  EXPECT_EQ(pools.at("old"), std::vector<std::string>{"/dev/sdz1"});
}

TEST(PoolCache, ThatIsCutOrRubbishGivesWhatIsWhole) {
  const auto whole = pool_cache();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_LE(parse_pool_cache(whole.substr(0, length)).size(), 2U) << length;
  }
  EXPECT_TRUE(parse_pool_cache(whole.substr(0, 40)).empty());
  EXPECT_TRUE(parse_pool_cache(std::string(64, '\xff')).empty());
  EXPECT_TRUE(parse_pool_cache("\x01" + std::string(63, '\xff')).empty());
}

TEST_F(Layers, AreExportedByLio) {
  const std::string core = "/sys/kernel/config/target/core";
  machine.tree.file(core + "/iblock_0/data/udev_path", "/dev/nvme0n1\n")
      .file(core + "/fileio_1/image/udev_path", "/srv/a.img\n")
      .file(core + "/iblock_2/none/udev_path", "\n")
      .file("/proc/self/mountinfo", "21 20 259:0 / /srv rw - ext4 /dev/nvme0n1 rw\n");
  EXPECT_EQ(held(), (Names{" 1 /srv", "lio 2 fileio_1/image", "lio 1 iblock_0/data"}));
  EXPECT_EQ(inventory.holders.at(2).kind, HolderKind::target);
}

TEST_F(Layers, AreExportedOverNvme) {
  const std::string all = "/sys/kernel/config/nvmet/subsystems/nqn.x";
  machine.tree.file(all + "/namespaces/1/device_path", "/dev/nvme0n1\n")
      .file(all + "/namespaces/1/enable", "1\n")
      .file(all + "/namespaces/2/device_path", "/dev/nvme0n1\n")
      .file(all + "/namespaces/2/enable", "0\n")
      .file(all + "/passthru/device_path", "/dev/nvme0\n")
      .file(all + "/passthru/enable", "1\n");
  EXPECT_EQ(held(), (Names{"nvmet 1 nqn.x/namespaces/1", "nvmet 1 nqn.x/passthru"}));
}

TEST_F(Layers, ThatAreExportedFromAnUnknownDiskAreAProblem) {
  machine.tree.file("/sys/kernel/config/target/core/iblock_0/gone/udev_path", "/dev/sdq\n");
  EXPECT_EQ(held(), Names{});
  EXPECT_EQ(test::problems_of(inventory, "/sys/kernel/config/target/core"),
            "the disk of iblock_0/gone (/dev/sdq) cannot be found\n");
}

}  // namespace
}  // namespace gpupass::discover
