// SPDX-License-Identifier: GPL-2.0-or-later
// Storage that comes over the network holds the network cards that it comes through.
#include <gtest/gtest.h>

#include "discover/holders/routes.hpp"
#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using test::at;
using test::Machine;

constexpr const char* k_lan = "0000:00:1f.6";      // eth0: 192.0.2.0/24 and the default route
constexpr const char* k_storage = "0000:03:00.0";  // eth1: 10.0.0.0/24 and fd00::/64

class Remotes : public ::testing::Test {
 protected:
  Remotes() {
    machine.pci.add({.address = k_storage, .driver = "mlx5_core", .group = 9});
    card(k_lan, "eth0");
    card(k_storage, "eth1");
    routes("");
  }
  void link_class(const std::string& class_name, const std::string& path) {
    const auto name = path.substr(path.rfind('/') + 1);
    const auto link = "/sys/class/" + class_name + "/" + name;
    machine.tree.dir(path).remove(link).link(link, "../../.." + path);
  }
  void card(const std::string& address, const std::string& interface) {
    link_class("net", "/sys/devices/pci0000:00/" + address + "/net/" + interface);
  }
  /// An interface that lies on others.
  void upper(const std::string& name, const std::vector<std::string>& lowers) {
    link_class("net", "/sys/devices/virtual/net/" + name);
    for (const auto& lower : lowers)
      machine.tree.link("/sys/devices/virtual/net/" + name + "/lower_" + lower, "../../net/" + lower);
  }
  void routes(const std::string& further) {
    const std::string zero(32, '0');
    machine.tree
        .file("/proc/net/route",
              "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
              "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
              "eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
              "eth1\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n" +
                  further)
        .file("/proc/net/ipv6_route", "fd000000000000000000000000000000 40 " + zero + " 00 " + zero +
                                          " 00000100 00000001 00000000 00000001 eth1\n" + zero + " 00 " +
                                          zero + " 00 " + zero + " ffffffff 00000001 00000000 00200200 lo\n");
  }
  /// A disk and what is mounted of it, by its path in sysfs.
  void mounted(const std::string& path, const std::string& point = "/") {
    disk(path, "8:16");
    mounts("26 1 8:16 / " + point + " rw - ext4 /dev/" + path.substr(path.rfind('/') + 1) + " rw\n");
  }
  void disk(const std::string& path, const std::string& number) {
    link_class("block", path);
    const auto link = "/sys/dev/block/" + number;
    machine.tree.remove(link).link(link, "../../.." + path);
  }
  void mounts(const std::string& lines) { machine.tree.file("/proc/self/mountinfo", lines); }
  /// What the card is held by but for routes, as "NODE USE over REMOTE".
  std::vector<std::string> held(const char* address = k_storage) {
    inventory = machine.read();
    std::vector<std::string> uses;
    for (const auto& holder : inventory.holders) {
      if (holder.device != at(address) || holder.kind == HolderKind::route) continue;
      uses.push_back(holder.node + " " + holder.use + " over " + holder.remote);
      kind = holder.kind;
    }
    return uses;
  }
  [[nodiscard]] std::string unknown() const { return test::problems_of(inventory, "/proc/net/route"); }

  /// A session with a disk: 6:0:0:0 of host6.
  std::string iscsi(const std::string& address) {
    const std::string session = "/sys/devices/platform/host6/session1";
    link_class("iscsi_session", session + "/iscsi_session/session1");
    link_class("iscsi_connection", session + "/connection1:0/iscsi_connection/connection1:0");
    link_class("iscsi_host", "/sys/devices/platform/host6/iscsi_host/host6");
    machine.tree.file(session + "/connection1:0/iscsi_connection/connection1:0/address", address + "\n")
        .file("/sys/devices/platform/host6/iscsi_host/host6/netdev", "default\n");
    return session + "/target6:0:0/6:0:0:0/block/sdb";
  }
  /// A controller of NVMe over fabrics.
  std::string fabrics(const std::string& transport, const std::string& address) {
    const std::string controller = "/sys/devices/virtual/nvme-fabrics/ctl/nvme1";
    link_class("nvme", controller);
    machine.tree.file(controller + "/transport", transport + "\n").file(controller + "/address", address);
    return controller;
  }
  using Names = std::vector<std::string>;

  Machine machine;
  Inventory inventory;
  HolderKind kind = HolderKind::route;  // of the last that held() found
};

TEST_F(Remotes, OfIscsiHoldTheCardThatLeadsToTheirServer) {
  mounted(iscsi("10.0.0.5"));
  EXPECT_EQ(held(), Names{"/dev/sdb / over iSCSI from 10.0.0.5"});
  EXPECT_EQ(kind, HolderKind::mount);
  EXPECT_EQ(held(k_lan), Names{});
  EXPECT_EQ(test::all_problems(inventory), "");
}

TEST_F(Remotes, TakeTheDefaultRouteWhereNoOtherLeadsThere) {
  mounted(iscsi("203.0.113.9"));
  EXPECT_EQ(held(k_lan), Names{"/dev/sdb / over iSCSI from 203.0.113.9"});
  EXPECT_EQ(held(), Names{});
}

TEST_F(Remotes, TakeTheLongestPrefixAndThenTheLeastMetric) {
  // 10.0.0.4/30 by eth0, twice 203.0.113.0/24.
  routes(
      "eth0\t0400000A\t00000000\t0001\t0\t0\t0\tFCFFFFFF\t0\t0\t0\n"
      "eth0\t007100CB\t00000000\t0001\t0\t0\t200\t00FFFFFF\t0\t0\t0\n"
      "eth1\t007100CB\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n");
  mounted(iscsi("10.0.0.5"));
  EXPECT_EQ(held(k_lan), Names{"/dev/sdb / over iSCSI from 10.0.0.5"});
  mounted(iscsi("203.0.113.9"));
  EXPECT_EQ(held(k_lan), Names{});
  EXPECT_EQ(held(), Names{"/dev/sdb / over iSCSI from 203.0.113.9"});
}

TEST_F(Remotes, BoundToAnInterfaceComeThroughIt) {
  mounted(iscsi("203.0.113.9"));
  machine.tree.file("/sys/devices/platform/host6/iscsi_host/host6/netdev", "eth1\n");
  EXPECT_EQ(held(), Names{"/dev/sdb / over iSCSI from 203.0.113.9"});
}

TEST_F(Remotes, HoldEveryFunctionBelowABondAndAVlan) {
  upper("bond0", {"eth0", "eth1"});
  upper("bond0.7", {"bond0"});
  routes("bond0.7\t0100000A\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n");
  mounted(iscsi("10.0.0.1"));
  EXPECT_EQ(held(), Names{"/dev/sdb / over iSCSI from 10.0.0.1"});
  EXPECT_EQ(held(k_lan), Names{"/dev/sdb / over iSCSI from 10.0.0.1"});
}

TEST_F(Remotes, HoldItThroughLayersAndSwap) {
  disk(iscsi("fd00::5"), "8:16");
  const std::string volume = "/sys/devices/virtual/block/dm-0";
  disk(volume, "253:0");
  machine.tree.file(volume + "/dm/name", "vg-swap\n")
      .file(volume + "/dm/uuid", "LVM-0\n")
      .link(volume + "/slaves/sdb", "../../../../class/block/sdb")
      .file("/proc/swaps", "Filename Type Size Used Priority\n/dev/mapper/vg-swap partition 9 0 -2\n");
  EXPECT_EQ(held(), (Names{"/dev/sdb /dev/mapper/vg-swap over iSCSI from fd00::5",
                           "/dev/sdb /dev/mapper/vg-swap over iSCSI from fd00::5"}));
}

TEST_F(Remotes, ThatNothingUsesHoldNothing) {
  disk(iscsi("10.0.0.5"), "8:16");
  EXPECT_EQ(held(), Names{});
}

TEST_F(Remotes, AreHeldByAProcessThatHasTheDiskOpen) {
  disk(iscsi("10.0.0.5"), "8:16");
  machine.tree.file("/proc/77/comm", "qemu\n").link("/proc/77/fd/3", "/dev/sdb");
  EXPECT_EQ(held(), Names{"/dev/sdb  over iSCSI from 10.0.0.5"});
  EXPECT_EQ(kind, HolderKind::process);
}

TEST_F(Remotes, OfAnOffloadCardHoldThatOne) {
  const std::string session = std::string("/sys/devices/pci0000:00/") + k_storage + "/host6/session1";
  link_class("iscsi_session", session + "/iscsi_session/session1");
  link_class("iscsi_connection", session + "/connection1:0/iscsi_connection/connection1:0");
  machine.tree.file(session + "/connection1:0/iscsi_connection/connection1:0/address", "192.0.2.9\n");
  mounted(session + "/target6:0:0/6:0:0:0/block/sdb");
  EXPECT_EQ(held(), Names{"/dev/sdb / over iSCSI from 192.0.2.9"});
  EXPECT_EQ(held(k_lan), Names{});
}

struct Fabric {
  const char *transport, *address, *what;
};

class OverFabrics : public Remotes, public ::testing::WithParamInterface<Fabric> {};

TEST_P(OverFabrics, HoldTheCard) {
  const auto& [transport, address, what] = GetParam();
  link_class("fc_host", std::string("/sys/devices/pci0000:00/") + k_storage + "/host9/fc_host/host9");
  machine.tree.file("/sys/class/fc_host/host9/port_name", "0x10000090fa000001\n");
  mounted(fabrics(transport, address) + "/nvme1n1");
  EXPECT_EQ(held(), Names{std::string("/dev/nvme1n1 / over ") + what});
  EXPECT_EQ(held(k_lan), Names{});
  EXPECT_EQ(unknown(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Remotes, OverFabrics,
    ::testing::Values(
        Fabric{"tcp", "traddr=10.0.0.5,trsvcid=4420,src_addr=10.0.0.9\n", "NVMe over TCP from 10.0.0.5"},
        Fabric{"tcp", "traddr=203.0.113.9,trsvcid=4420,host_iface=eth1\n", "NVMe over TCP from 203.0.113.9"},
        Fabric{"tcp", "traddr=fe80::1%eth1,trsvcid=4420\n", "NVMe over TCP from fe80::1%eth1"},
        Fabric{"rdma", "traddr=10.0.0.5,trsvcid=4420\n", "NVMe over RDMA from 10.0.0.5"},
        Fabric{"fc", "traddr=nn-0x1:pn-0x2,host_traddr=nn-0x20000090fa000001:pn-0x10000090fa000001\n",
               "NVMe over Fibre Channel"}));

TEST_F(Remotes, OfAnNvmeDiskWithSeveralControllersHoldEachCard) {
  const std::string subsystem = "/sys/devices/virtual/nvme-subsystem/nvme-subsys1";
  fabrics("tcp", "traddr=10.0.0.5,trsvcid=4420\n");
  const std::string other = "/sys/devices/virtual/nvme-fabrics/ctl/nvme2";
  link_class("nvme", other);
  machine.tree.file(other + "/transport", "tcp\n")
      .file(other + "/address", "traddr=192.0.2.5,trsvcid=4420\n")
      .link(subsystem + "/nvme1", "../../nvme-fabrics/ctl/nvme1")
      .link(subsystem + "/nvme2", "../../nvme-fabrics/ctl/nvme2");
  mounted(subsystem + "/nvme1n1");
  EXPECT_EQ(held(), Names{"/dev/nvme1n1 / over NVMe over TCP from 10.0.0.5"});
  EXPECT_EQ(held(k_lan), Names{"/dev/nvme1n1 / over NVMe over TCP from 192.0.2.5"});
}

TEST_F(Remotes, OfFcoeHoldTheCardOfTheirInterface) {
  upper("eth1.100", {"eth1"});
  const std::string controller = "/sys/devices/virtual/net/eth1.100/ctlr_0";
  machine.tree.dir(controller)
      .link("/sys/bus/fcoe/devices/ctlr_0", "../../../devices/virtual/net/eth1.100/ctlr_0");
  mounted(controller + "/host7/rport-7:0-0/target7:0:0/7:0:0:0/block/sdc");
  EXPECT_EQ(held(), Names{"/dev/sdc / over FCoE"});
}

TEST_F(Remotes, OfAoeHoldTheCardOfTheirInterface) {
  const std::string path = "/sys/devices/virtual/block/etherd!e1.0";
  machine.tree.file(path + "/netif", "eth1\n");
  mounted(path);
  EXPECT_EQ(held(), Names{"/dev/etherd/e1.0 / over AoE"});
  EXPECT_EQ(held(k_lan), Names{});
  machine.tree.file(path + "/netif", "eth1,eth0\n");
  EXPECT_EQ(held(), Names{"/dev/etherd/e1.0 / over AoE"});
  EXPECT_EQ(held(k_lan), Names{"/dev/etherd/e1.0 / over AoE"});
}

TEST_F(Remotes, OfCephHoldTheCardsThatLeadToItsMonitors) {
  const std::string path = "/sys/devices/rbd/0/block/rbd0";
  machine.tree.file("/sys/bus/rbd/devices/0/client_addr", "10.0.0.9:0/3871\n")
      .file("/sys/bus/rbd/devices/0/config_info", "10.0.0.1:6789,192.0.2.7:6789 name=admin rbd disk -\n");
  mounted(path);
  EXPECT_EQ(held(), Names{"/dev/rbd0 / over Ceph from 10.0.0.1 and 192.0.2.7"});
  EXPECT_EQ(held(k_lan), Names{"/dev/rbd0 / over Ceph from 10.0.0.1 and 192.0.2.7"});
  // An ordinary user may not read where the monitors are: the host's own address tells the network.
  machine.tree.remove("/sys/bus/rbd/devices/0/config_info");
  EXPECT_EQ(held(), Names{"/dev/rbd0 / over Ceph"});
  EXPECT_EQ(held(k_lan), Names{});
}

TEST_F(Remotes, OfNbdAreFoundByTheirClient) {
  const std::string path = "/sys/devices/virtual/block/nbd0";
  using std::string_literals::operator""s;
  machine.tree.file(path + "/pid", "812\n")
      .file("/proc/812/cmdline", "nbd-client\0-N\0x\00010.0.0.5\0/dev/nbd0\0"s);
  mounted(path);
  EXPECT_EQ(held(), Names{"/dev/nbd0 / over nbd from 10.0.0.5"});
  machine.tree.file("/etc/hosts", "127.0.0.1 localhost\n10.0.0.6\tfiler filer.example # the filer\n")
      .file("/proc/812/cmdline", "nbd-client\0filer\00010809\0/dev/nbd0\0"s);
  EXPECT_EQ(held(), Names{"/dev/nbd0 / over nbd from filer"});
  // An image of this machine's.
  machine.tree.file("/proc/net/tcp", "   0: 0900000A:A3F4 0500000A:2A39 01 0:0\n");
  for (const auto& local :
       {"qemu-nbd\0-c\0/dev/nbd0\0/srv/image\0"s, "nbd-client\0-unix\0/run/nbd\0/dev/nbd0\0"s}) {
    machine.tree.file("/proc/812/cmdline", local);
    EXPECT_EQ(held(), Names{});
  }
  EXPECT_EQ(unknown(), "");
}

TEST_F(Remotes, OfNbdAreFoundByTheirConnectionWhereTheClientIsGone) {
  const std::string path = "/sys/devices/virtual/block/nbd0";
  machine.tree.file(path + "/pid", "812\n")
      .file("/proc/net/tcp",
            "  sl  local_address rem_address   st\n"
            "   0: 0900000A:A3F4 0500000A:2A39 01 00000000:00000000\n"
            "   1: 0900000A:A3F5 0600000A:2A39 06 00000000:00000000\n"
            "   2: 0900000A:A3F6 0700000A:0016 01 00000000:00000000\n");
  mounted(path);
  EXPECT_EQ(held(), Names{"/dev/nbd0 / over nbd from 10.0.0.5"});
  machine.tree.remove("/proc/net/tcp")
      .file("/proc/net/tcp6",
            "   0: 000000FD000000000000000009000000:A3F4 "
            "000000FD000000000000000005000000:2A39 01 0:0\n");
  EXPECT_EQ(held(), Names{"/dev/nbd0 / over nbd from fd00::5"});
  machine.tree.remove("/proc/net/tcp6");
  EXPECT_EQ(held(), Names{});
  EXPECT_EQ(unknown(), "the network card that carries nbd is not known: its server is not known\n");
}

struct FileSystem {
  const char *type, *source, *options, *what;
};

class FileSystems : public Remotes, public ::testing::WithParamInterface<FileSystem> {};

TEST_P(FileSystems, HoldTheCardThatLeadsToTheirServer) {
  const auto& [type, source, options, what] = GetParam();
  machine.tree.file("/etc/hosts", "10.0.0.5 filer\n");
  mounts(std::string("26 1 0:44 / / rw - ") + type + " " + source + " " + options + "\n");
  EXPECT_EQ(held(), Names{std::string(source) + " / over " + what});
  EXPECT_EQ(held(k_lan), Names{});
  EXPECT_EQ(test::all_problems(inventory), "");
}

INSTANTIATE_TEST_SUITE_P(
    Remotes, FileSystems,
    ::testing::Values(
        FileSystem{"nfs4", "nas:/srv", "rw,vers=4.2,clientaddr=10.0.0.9,addr=10.0.0.5", "NFS from 10.0.0.5"},
        FileSystem{"nfs", "[fd00::5]:/srv", "rw,vers=3,addr=fd00::5", "NFS from fd00::5"},
        FileSystem{"nfs", "10.0.0.5:/srv", "rw", "NFS from 10.0.0.5"},
        FileSystem{"cifs", "//nas/share", "rw,addr=10.0.0.5", "SMB from 10.0.0.5"},
        FileSystem{"smb3", "//filer/share", "rw", "SMB from filer"},
        FileSystem{"ceph", "10.0.0.1:6789,10.0.0.2:6789:/", "rw,name=admin",
                   "Ceph from 10.0.0.1 and 10.0.0.2"},
        FileSystem{"ceph", "admin@0f3b.cephfs=/", "rw,mon_addr=10.0.0.1:6789/[fd00::2]:3300",
                   "Ceph from 10.0.0.1 and fd00::2"},
        FileSystem{"lustre", "10.0.0.5@tcp:10.0.0.6@tcp:/scratch", "rw", "Lustre from 10.0.0.5 and 10.0.0.6"},
        FileSystem{"9p", "10.0.0.5", "rw,trans=tcp,port=564", "9P from 10.0.0.5"},
        FileSystem{"fuse.glusterfs", "filer:vol0", "rw", "GlusterFS from filer"},
        FileSystem{"fuse.sshfs", "me@10.0.0.5:/home/me", "rw", "SSH from 10.0.0.5"}));

TEST_F(Remotes, OfNfsAreFoundByTheKernelsListWhereTheMountDoesNotTell) {
  mounts("26 1 0:44 / / rw - nfs4 nas:/srv rw\n");
  machine.tree.file("/proc/net/nfsfs/volumes",
                    "NV SERVER   PORT DEV          FSID                              FSC\n"
                    "v4 c0000207  801 0:43         1:0                               no \n"
                    "v4 0a000005  801 0:44         2:0                               no \n");
  EXPECT_EQ(held(), Names{"nas:/srv / over NFS from 10.0.0.5"});
  machine.tree.file("/proc/net/nfsfs/volumes",
                    "v4 fd000000000000000000000000000005  801 0:44         2:0   no \n");
  EXPECT_EQ(held(), Names{"nas:/srv / over NFS from fd00:0:0:0:0:0:0:5"});
}

TEST_F(Remotes, HoldItWithASwapFileAndALoopDevice) {
  mounts("26 1 0:44 / /net rw - nfs4 10.0.0.5:/srv rw,addr=10.0.0.5\n");
  machine.tree.file("/proc/swaps", "Filename Type Size Used Priority\n/net/swap file 9 0 -3\n");
  disk("/sys/devices/virtual/block/loop0", "7:0");
  machine.tree.file("/sys/devices/virtual/block/loop0/loop/backing_file", "/net/image\n");
  EXPECT_EQ(held(), (Names{"10.0.0.5:/srv /net over NFS from 10.0.0.5",
                           "10.0.0.5:/srv /net/swap over NFS from 10.0.0.5",
                           "10.0.0.5:/srv /dev/loop0 over NFS from 10.0.0.5"}));
  EXPECT_EQ(test::all_problems(inventory), "");
}

TEST_F(Remotes, OfThisMachineAndOfItsGuestsHoldNoCard) {
  machine.tree.file("/proc/net/fib_trie",
                    "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.0.9\n        /32 host LOCAL\n"
                    "     |-- 10.0.0.255\n        /32 link BROADCAST\n");
  link_class("net", "/sys/devices/virtual/net/virbr0");
  machine.tree.dir("/sys/devices/virtual/net/virbr0/bridge");
  routes("virbr0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
  for (const char* const own : {"10.0.0.9", "127.0.0.1", "::1", "192.168.122.7"}) {
    mounts(std::string("26 1 0:44 / / rw - nfs4 x:/srv rw,addr=") + own + "\n");
    machine.tree.file("/proc/net/ipv6_route", "00000000000000000000000000000001 80 " + std::string(32, '0') +
                                                  " 00 " + std::string(32, '0') +
                                                  " 00000100 00000001 00000000 80200001 lo\n");
    EXPECT_EQ(held(), Names{}) << own;
    EXPECT_EQ(held(k_lan), Names{}) << own;
    EXPECT_EQ(unknown(), "") << own;
  }
}

TEST_F(Remotes, WhoseWayIsNotKnownAreAProblem) {
  struct {
    const char *address, *why;
  } const cases[] = {{"filer", "the address of its server 'filer' is not known"},
                     {"fd01::5", "there is no route to fd01::5"},
                     {"10.9.0.5", "the route goes through 'wg0', which is on no network card"}};
  upper("wg0", {});
  routes("wg0\t0000090A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n");
  for (const auto& [address, why] : cases) {
    mounts(std::string("26 1 0:44 / /net rw - nfs4 nas:/srv rw,addr=") + address + "\n");
    EXPECT_EQ(held(), Names{});
    EXPECT_EQ(unknown(), std::string("the network card that carries the file system on /net (NFS from ") +
                             address + ") is not known: " + why + "\n");
  }
}

TEST(KernelAddress, IsWrittenInTheWordsOfMemory) {
  EXPECT_EQ(to_string(parse_kernel_address("0500000A").value()), "10.0.0.5");
  EXPECT_EQ(to_string(parse_kernel_address("000000FD000000000000000005000000").value()), "fd00::5");
  for (const char* const wrong : {"", "0500000", "0500000A0", "0500000G"})
    EXPECT_EQ(parse_kernel_address(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace gpupass::discover
