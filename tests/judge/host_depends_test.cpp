// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::at;
using test::card;
using test::machine;
using test::only;
using test::target;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(HostDepends, ACardThatNothingIsOnIsFine) {
  const auto finding = only(host_depends(machine(), card()));
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what, "0000:01:00.0 and 0000:01:00.1 carry no file system, swap or route of the host");
}

TEST(HostDepends, TheRootDiskIsNeverGivenAway) {
  const auto finding = only(host_depends(machine(), target("0000:02:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what, "the host needs 0000:02:00.0 for the file system on /");
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/proc/self/mountinfo", "/dev/nvme0n1p2 on /"}));
  EXPECT_THAT(finding.remedy, HasSubstr("choose another device"));
}

TEST(HostDepends, OtherFileSystemsAndSwapAreNeitherButCanBeEnded) {
  auto inventory = machine();
  inventory.holders = {{at("0000:02:00.0"), HolderKind::mount, "/dev/nvme0n1p1", "/data", 0, ""},
                       {at("0000:02:00.0"), HolderKind::swap, "/dev/nvme0n1p2", "/dev/nvme0n1p2", 0, ""}};
  const auto finding = only(host_depends(inventory, target("0000:02:00.0")));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what,
            "the host needs 0000:02:00.0 for the file system on /data and swap on /dev/nvme0n1p2");
  EXPECT_EQ(finding.remedy, "once the host can do without it: `umount /data` and `swapoff /dev/nvme0n1p2`");
}

TEST(HostDepends, TheOnlyDefaultRouteIsNeverGivenAway) {
  const auto finding = only(host_depends(machine(), target("0000:03:00.0")));
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what, "the host needs 0000:03:00.0 for the default route through eth0");
  EXPECT_THAT(finding.remedy, HasSubstr("`ip link set eth0 down`"));
}

TEST(HostDepends, TheDefaultRouteOutweighsTheOthers) {
  auto inventory = machine();
  inventory.holders.push_back({at("0000:03:00.0"), HolderKind::route, "eth0", "192.168.1.0/24", 0, ""});
  const auto finding = only(host_depends(inventory, target("0000:03:00.0")));
  EXPECT_EQ(finding.what, "the host needs 0000:03:00.0 for the default route through eth0");
  EXPECT_EQ(finding.evidence.size(), 2U);
  EXPECT_EQ(finding.remedy, "once the host can do without it: `ip link set eth0 down`");
}

TEST(HostDepends, OneOfTwoDefaultRoutesIsAPersonsToGive) {
  auto inventory = machine();
  inventory.holders.push_back({at("0000:04:00.0"), HolderKind::route, "wlan0", "default", 0, ""});
  EXPECT_EQ(only(host_depends(inventory, target("0000:03:00.0"))).consent, Consent::may_be_given);
}

TEST(HostDepends, BothDefaultRoutesAtOnceAreNot) {
  auto inventory = machine();
  inventory.devices.push_back(test::device("0000:04:00.0", 0x028000, "Network controller", "iwlwifi", 9));
  inventory.holders.push_back({at("0000:04:00.0"), HolderKind::route, "wlan0", "default", 0, ""});
  const auto findings = host_depends(inventory, {{at("0000:03:00.0"), at("0000:04:00.0")}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].consent, Consent::impossible);
  EXPECT_EQ(findings[1].consent, Consent::impossible);
}

TEST(HostDepends, AnotherRouteIsAPersonsToGive) {
  auto inventory = machine();
  inventory.holders.back().use = "10.1.0.0/16";
  const auto finding = only(host_depends(inventory, target("0000:03:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.what, "the host needs 0000:03:00.0 for the route to 10.1.0.0/16 through eth0");
}

Holder use(HolderKind kind, const char* node, const char* use, const char* layer, int depth) {
  Holder made{at("0000:02:00.0"), kind, node, use, 0, ""};
  made.layer = layer;
  made.depth = depth;
  return made;
}

Finding judged(std::vector<Holder> holders, const char* address = "0000:02:00.0") {
  auto inventory = machine();
  inventory.holders = std::move(holders);
  return only(host_depends(inventory, target(address)));
}

TEST(HostDepends, LayersEndFromTheTopDown) {
  const auto finding = judged({use(HolderKind::layer, "/dev/nvme0n1p3", "/dev/mapper/luks-data", "crypt", 1),
                               use(HolderKind::layer, "/dev/nvme0n1p3", "/dev/mapper/my--vg-data", "lvm", 2),
                               use(HolderKind::mount, "/dev/nvme0n1p3", "/srv", "", 3),
                               use(HolderKind::swap, "/dev/nvme0n1p3", "/srv/swapfile", "", 4)});
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what,
            "the host needs 0000:02:00.0 for swap on /srv/swapfile and the file system on /srv");
  EXPECT_EQ(
      finding.remedy,
      "once the host can do without it: `swapoff /srv/swapfile`, `umount /srv`, `vgchange -an my-vg` and "
      "`cryptsetup close luks-data`, in this order");
}

struct Layer {
  HolderKind kind;
  const char* use;
  const char* layer;
  const char* phrase;
  const char* command;
};

class Layers : public ::testing::TestWithParam<Layer> {};

TEST_P(Layers, AreNeverTakenAwayAndTheCommandThatEndsThemIsNamed) {
  const auto& layer = GetParam();
  const auto finding = judged({use(layer.kind, "/dev/nvme0n1", layer.use, layer.layer, 1)});
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what, std::string("the host needs 0000:02:00.0 for ") + layer.phrase);
  EXPECT_EQ(finding.remedy, std::string("once the host can do without it: ") + layer.command);
}

INSTANTIATE_TEST_SUITE_P(
    HostDepends, Layers,
    ::testing::Values(Layer{HolderKind::layer, "/dev/mapper/luks-backup", "crypt",
                            "the encrypted volume /dev/mapper/luks-backup", "`cryptsetup close luks-backup`"},
                      Layer{HolderKind::layer, "/dev/mapper/pve-vm--1", "lvm",
                            "the LVM volume /dev/mapper/pve-vm--1", "`vgchange -an pve`"},
                      Layer{HolderKind::layer, "/dev/mapper/mpatha", "mpath",
                            "the multipath device /dev/mapper/mpatha", "`multipath -f mpatha`"},
                      Layer{HolderKind::layer, "/dev/mapper/cache", "dm", "the device /dev/mapper/cache",
                            "`dmsetup remove cache`"},
                      Layer{HolderKind::layer, "/dev/md127", "md", "the RAID array /dev/md127",
                            "`mdadm --stop /dev/md127`"},
                      Layer{HolderKind::layer, "/dev/bcache0", "bcache", "the device /dev/bcache0",
                            "`echo 1 > /sys/block/bcache0/bcache/stop`"},
                      Layer{HolderKind::layer, "/dev/loop3", "loop", "the loop device /dev/loop3",
                            "`losetup -d /dev/loop3`"},
                      Layer{HolderKind::layer, "tank", "zfs", "the ZFS pool tank", "`zpool export tank`"},
                      Layer{HolderKind::target, "iblock_0/data", "lio", "the LIO target iblock_0/data",
                            "`targetcli` (delete the backstore iblock_0/data)"},
                      Layer{HolderKind::target, "nqn.x/namespaces/1", "nvmet",
                            "the NVMe target nqn.x/namespaces/1",
                            "`echo 0 > /sys/kernel/config/nvmet/subsystems/nqn.x/namespaces/1/enable`"}));

TEST(HostDepends, AMountOfAContainerEndsWithIt) {
  auto mount = use(HolderKind::mount, "/dev/nvme0n1", "/data", "", 1);
  mount.pid = 77;
  mount.process = "postgres";
  const auto bare = judged({mount});
  EXPECT_EQ(bare.what, "the host needs 0000:02:00.0 for the file system on /data of postgres (pid 77)");
  EXPECT_EQ(bare.remedy, "once the host can do without it: `nsenter -t 77 -m umount /data`");
  mount.manager = "docker";
  mount.managed = "0123456789ab";
  EXPECT_EQ(judged({mount}).remedy, "once the host can do without it: `docker stop 0123456789ab`");
}

TEST(HostDepends, TheRootOfAContainerIsNotTheHosts) {
  auto mount = use(HolderKind::mount, "/dev/nvme0n1", "/", "", 1);
  mount.pid = 77;
  EXPECT_EQ(judged({mount}).remedy, "once the host can do without it: `nsenter -t 77 -m umount /`");
}

TEST(HostDepends, TheCardThatTheRootComesThroughIsNeverGivenAway) {
  auto inventory = machine();
  // A second way out, so that the route alone would be a person's to give.
  inventory.holders.push_back({at("0000:04:00.0"), HolderKind::route, "wlan0", "default", 0, ""});
  Holder root{at("0000:03:00.0"), HolderKind::mount, "/dev/sda1", "/", 0, ""};
  root.remote = "iSCSI from 10.0.0.5";
  root.depth = 1;
  inventory.holders.push_back(root);
  const auto finding = only(host_depends(inventory, target("0000:03:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(
      finding.what,
      "the host needs 0000:03:00.0 for the file system on / (over iSCSI from 10.0.0.5) and the default route "
      "through eth0");
  EXPECT_EQ(finding.remedy, "choose another device: the host runs from this one");
}

TEST(HostDepends, AMountOverTheNetworkIsUnmountedFirst) {
  auto mount = use(HolderKind::mount, "10.0.0.5:/srv", "/srv", "", 1);
  mount.device = at("0000:03:00.0");
  mount.remote = "NFS from 10.0.0.5";
  auto loop = use(HolderKind::layer, "10.0.0.5:/srv", "/dev/loop0", "loop", 2);
  loop.device = mount.device;
  loop.remote = mount.remote;
  const auto finding = judged({mount, loop}, "0000:03:00.0");
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.remedy,
            "once the host can do without it: `losetup -d /dev/loop0` and `umount /srv`, in this order");
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/sys/class/block/loop0/loop", "on 10.0.0.5:/srv"}));
}

TEST(HostDepends, ABridgeOfGuestsIsAPersonsToGive) {
  const auto finding = judged(
      {{at("0000:03:00.0"), HolderKind::network, "eth0", "the bridge br0 with vnet0 and vnet1", 0, ""}},
      "0000:03:00.0");
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.what, "the host needs 0000:03:00.0 for the bridge br0 with vnet0 and vnet1 through eth0");
}

/// A port that is down stays one, and the finding with it.
TEST(HostDepends, AnInterfaceIsTakenOutOfWhatLiesOnIt) {
  struct {
    const char *kind, *upper, *command;
  } const cases[] = {{"", "", "`ip link set eth0 down`"},
                     {"bond", "bond0", "`ip link set eth0 nomaster`"},
                     {"bridge", "br0", "`ip link set eth0 nomaster`"},
                     {"ovs", "ovs-system", "`ovs-vsctl del-port eth0`"},
                     {"vlan", "eth0.7", "`ip link delete eth0.7`"},
                     {"macvtap", "macvtap0", "`ip link delete macvtap0`"}};
  for (const auto& [kind, upper, command] : cases) {
    for (const auto holder_kind : {HolderKind::route, HolderKind::network}) {
      Holder use{at("0000:03:00.0"), holder_kind, "eth0", "10.0.0.0/8", 0, ""};
      use.layer = kind;
      use.upper = upper;
      EXPECT_EQ(judged({use}, "0000:03:00.0").remedy,
                std::string("once the host can do without it: ") + command);
    }
  }
}

TEST(HostDepends, TheInterfaceOfAContainerIsAPersonsToGive) {
  Holder away{at("0000:03:00.0"), HolderKind::network, "eth1", "another network namespace", 77, "pause"};
  away.manager = "kubernetes";
  away.managed = "0123456789ab";
  const auto finding = judged({away}, "0000:03:00.0");
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.what, "the host needs 0000:03:00.0 for eth1 in the network namespace of pause (pid 77)");
  EXPECT_THAT(finding.remedy, HasSubstr("`crictl stop 0123456789ab`"));
}

TEST(HostDepends, AUseOfAVirtualFunctionSaysSo) {
  Holder route{at("0000:03:00.0"), HolderKind::route, "eth5", "10.0.0.0/8", 0, ""};
  route.child = "0000:03:10.0";
  EXPECT_EQ(judged({route}, "0000:03:00.0").what,
            "the host needs 0000:03:00.0 for the route to 10.0.0.0/8 through eth5 (of its virtual function "
            "0000:03:10.0)");
}

TEST(HostDepends, ManyUsesAreCounted) {
  std::vector<Holder> many;
  for (const auto* const point : {"/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h"})
    many.push_back(use(HolderKind::mount, "/dev/nvme0n1", point, "", 1));
  const auto finding = judged(many);
  EXPECT_THAT(finding.what, HasSubstr("the file system on /f and 2 more"));
  EXPECT_EQ(finding.evidence.size(), 8U);
}

/// As with a root file system on ZFS, whose disks the kernel does not name.
class HostDependsUnread : public ::testing::Test {
 protected:
  HostDependsUnread() {
    inventory.problems = {{"/proc/self/mountinfo", "the disks below / (zfs rpool) cannot be found"}};
    inventory.holders.clear();
  }
  Inventory inventory = machine();
};

TEST_F(HostDependsUnread, ADiskControllerIsAPersonsToGive) {
  const auto finding = only(host_depends(inventory, target("0000:02:00.0")));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_EQ(finding.evidence.size(), 1U);
  EXPECT_THAT(finding.remedy, HasSubstr("`zpool status -P`"));
}

TEST_F(HostDependsUnread, APoolWhoseDisksAreNotKnownCounts) {
  inventory.problems = {{"/proc/spl/kstat/zfs/tank", "the disks of the ZFS pool tank cannot be found"}};
  EXPECT_EQ(only(host_depends(inventory, target("0000:02:00.0"))).consent, Consent::may_be_given);
}

TEST_F(HostDependsUnread, ANetworkCardIsWhereRoutesCannotBeRead) {
  EXPECT_EQ(only(host_depends(inventory, target("0000:03:00.0"))).severity, Severity::fine);
  inventory.problems = {{"/proc/net/route", "Permission denied"}};
  const auto finding = only(host_depends(inventory, target("0000:03:00.0")));
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_THAT(finding.remedy, HasSubstr("`ip route`"));
}

TEST_F(HostDependsUnread, AGraphicsCardHasNothingBehindIt) {
  EXPECT_EQ(only(host_depends(inventory, card())).severity, Severity::fine);
}

TEST_F(HostDependsUnread, WhateverElseIsUnmeasured) {
  test::device_of(inventory, "0000:03:00.0").class_code = 0x0c0330;  // USB
  EXPECT_EQ(only(host_depends(inventory, target("0000:03:00.0"))).severity, Severity::unmeasured);
}

}  // namespace
}  // namespace gpupass::judge
