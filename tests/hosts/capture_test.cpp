// SPDX-License-Identifier: GPL-2.0-or-later
// scripts/capture-host: what is seen on a capture is what was seen on the machine, and nothing in it
// tells whose machine it was.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "gpupass/discover/discover.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/golden.hpp"
#include "support/gpu_host.hpp"
#include "support/tree.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;

void expect_runs(std::vector<std::string> argv) {
  Host host;
  Program program;
  program.argv = std::move(argv);
  program.timeout = std::chrono::minutes(5);
  const auto end = host.run(program);
  EXPECT_TRUE(end && end->status == 0) << (end ? end->errors : describe(end.error()));
}

/// Runs the script; returns the captured root.
fs::path capture(const test::Tree& folder, const std::string& from = {}) {
  std::vector<std::string> argv{test::source("/scripts/capture-host"), (folder.root() / "captured").string()};
  if (!from.empty()) argv.push_back(from);
  expect_runs(std::move(argv));
  return folder.root() / "captured/root";
}

std::string said(cli::Function function, const fs::path& root, const std::vector<std::string>& arguments) {
  Host host(root);
  const auto said = test::run(function, host, arguments);
  return said.out + said.err;
}

TEST(CaptureHostOfCards, ForContainersSaysTheSame) {
  const test::Tree folder;
  test::Tree machine;
  test::add_gpu_host(machine);
  test::add_passthrough_kernel(machine);
  machine.file("/proc/interrupts", "  0:  0  IR-IO-APIC  edge\n")
      .file("/proc/sys/kernel/random/boot_id", "x\n");
  const auto root = capture(folder, machine.root().string());
  const auto shown = [](const fs::path& of) {
    Host host(of);
    return test::run(cli::container, host, {"list"}).out;
  };
  const auto list = shown(root);
  EXPECT_EQ(list, shown(machine.root()));
  EXPECT_NE(list.find("/usr/local/nvidia/lib64/libcuda.so.580.159.04"), std::string::npos) << list;
}

class CaptureHost : public ::testing::TestWithParam<const char*> {};

TEST_P(CaptureHost, OfAMachineHereSaysTheSame) {
  const test::Tree folder;
  const auto machine = fs::path("hosts") / GetParam();
  const auto root = capture(folder, test::fixture(machine / "root").string());
  EXPECT_EQ(said(cli::list, root, {"--all"}), test::read_fixture(machine / "list.txt"));
  EXPECT_EQ(said(cli::groups, root, {"--all"}), test::read_fixture(machine / "groups.txt"));
  EXPECT_EQ(said(cli::doctor, root, {}), test::read_fixture(machine / "doctor.txt"));
}

// The laptop has LVM on an encrypted disk, the server a mirror and a bond; two are no x86, firmware
// demands memory of two, and one has its storage over the network.
INSTANTIATE_TEST_SUITE_P(Machines, CaptureHost,
                         ::testing::Values("laptop", "server-8gpu", "arm64-gpu-server", "gb10-direct-region",
                                           "proliant-rmrr", "network-storage"),
                         [](const auto& machine) {
                           std::string name = machine.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

/// What is held by storage over the network, as "FUNCTION REMOTE".
std::vector<std::string> held_over_the_network(const fs::path& root) {
  const auto inventory = discover::read_inventory(Host(root)).value();
  std::vector<std::string> held;
  for (const auto& holder : inventory.holders) {
    if (!holder.remote.empty()) held.push_back(to_string(holder.device) + " " + holder.remote);
  }
  std::ranges::sort(held);
  return held;
}

std::string problems(const fs::path& root) {
  const auto inventory = discover::read_inventory(Host(root)).value();
  std::string text;
  for (const auto& problem : inventory.problems) text += problem.what + "\n";
  return text;
}

/// A machine whose storage comes over the network in every way that is known, beside what nobody may see.
/// The servers have the addresses that a capture gives them, so that it can be compared.
class NetworkStorage {
 public:
  explicit NetworkStorage(test::Tree& tree) : tree_(tree) {
    expect_runs({"/bin/cp", "-a", test::fixture("hosts/network-storage/root").string(), root().string()});
    nvme();
    ceph();
    nbd();
    disk("/sys/devices/virtual/net/net1/ctlr_0/host7/rport-7:0-0/target7:0:0/7:0:0:0/block/sdc", "8:32");
    link("/sys/bus/fcoe/devices/ctlr_0", "/sys/devices/virtual/net/net1/ctlr_0");
    disk("/sys/devices/virtual/block/etherd!e1.0", "152:16");
    file("/sys/devices/virtual/block/etherd!e1.0/netif", "ens2f2,ens2f1\n");
    mount("0:50", "smb3", "//secret-nas/secret-share", "rw,username=secret,domain=secret,addr=203.0.113.4");
    mount("0:51", "ceph", "secret@0f3b.secret=/", "rw,name=secret,secret=<hidden>,mon_addr=203.0.113.5:6789");
    mount("0:52", "nfs", "secret-filer:/secret", "rw,vers=3");
    mount("0:53", "lustre", "203.0.113.6@tcp:203.0.113.7@tcp:/secret", "rw");
    mount("0:54", "fuse.sshfs", "secret@secret-filer:/secret/other", "rw");
    mount("0:55", "9p", "203.0.113.8", "rw,trans=tcp,uname=secret");
    mount("0:56", "nfs4", "secret-unknown:/", "rw");
    file("/etc/hosts", "198.51.100.1 secret-filer\n");
    tree_.file("machine/proc/self/mountinfo", tree_.text("machine/proc/self/mountinfo") + mounts_);
  }
  [[nodiscard]] fs::path root() const { return tree_.at("machine"); }

 private:
  void file(const std::string& path, const std::string& text) { tree_.file("machine" + path, text); }
  /// A link in a folder that is two or three below the root, to a path in it.
  void link(const std::string& path, const std::string& target) {
    std::string up;
    for (auto i = std::count(path.begin(), path.end(), '/'); i > 1; --i) up += "../";
    tree_.dir("machine" + target).link("machine" + path, up + target.substr(1));
  }
  void disk(const std::string& path, const std::string& number) {
    file(path + "/dev", number + "\n");
    link("/sys/class/block/" + path.substr(path.rfind('/') + 1), path);
    link("/sys/dev/block/" + number, path);
    mount(number, "ext4", "/dev/x", "rw");
  }
  void mount(const std::string& number, const char* type, const char* source, const char* options) {
    mounts_ += "90 24 " + number + " / /mnt rw - " + type + " " + source + " " + options + "\n";
  }
  void nvme() {
    const std::string controller = "/sys/devices/virtual/nvme-fabrics/ctl/nvme1";
    link("/sys/class/nvme/nvme1", controller);
    file(controller + "/transport", "tcp\n");
    file(controller + "/address", "traddr=198.51.100.2,trsvcid=4420,src_addr=198.51.100.99\n");
    file(controller + "/dhchap_secret", "secret");
    file(controller + "/subsysnqn", "secret");
    disk(controller + "/nvme1n1", "259:8");
    const std::string other = "/sys/devices/virtual/nvme-fabrics/ctl/nvme2";
    link("/sys/class/nvme/nvme2", other);
    file(other + "/transport", "fc\n");
    file(other + "/address", "traddr=nn-0x5ec2e7:pn-0x5ec2e7,host_traddr=nn-0x5ec2e7:pn-0x5ec2e7f\n");
    disk(other + "/nvme2n1", "259:16");
    const std::string card = "/sys/devices/pci0000:30/0000:30:02.0/0000:31:00.2/host9/fc_host/host9";
    link("/sys/class/fc_host/host9", card);
    file(card + "/port_name", "0x5ec2e7f\n");
  }
  void ceph() {
    const std::string path = "/sys/devices/rbd/0";
    disk(path + "/block/rbd0", "252:0");
    link("/sys/bus/rbd/devices/0", path);
    file(path + "/config_info",
         "203.0.113.1:6789,198.51.100.3:6789 name=secret,secret=AQsecret== secret secret -\n");
    file(path + "/client_addr", "203.0.113.99:0/1\n");
  }
  void nbd() {
    using std::string_literals::operator""s;
    disk("/sys/devices/virtual/block/nbd0", "43:0");
    file("/sys/devices/virtual/block/nbd0/pid", "812\n");
    file("/proc/812/cmdline", "nbd-client\0-N\0secret\000203.0.113.2\0/dev/nbd0\0"s);
    disk("/sys/devices/virtual/block/nbd1", "43:32");
    file("/sys/devices/virtual/block/nbd1/pid", "813\n");
    file("/proc/net/tcp",
         "  sl  local_address rem_address   st\n   0: 637100CB:A3F4 037100CB:2A39 01 0:0\n"
         "   1: 637100CB:A3F5 197100CB:0016 01 0:0\n");
    disk("/sys/devices/virtual/block/nbd2", "43:64");
    file("/sys/devices/virtual/block/nbd2/pid", "814\n");
    file("/proc/814/cmdline", "qemu-nbd\0--object\0secret,data=secret\0-c\0/dev/nbd2\0/secret\0"s);
  }

  test::Tree& tree_;
  std::string mounts_;
};

TEST(CaptureHost, OfStorageOverTheNetworkTellsTheWayAndNoSecret) {
  test::Tree folder;
  const NetworkStorage machine(folder);
  const auto root = capture(folder, machine.root().string());
  auto held = held_over_the_network(machine.root());
  for (auto& one : held) one = std::regex_replace(one, std::regex("secret-filer"), "198.51.100.4");
  std::ranges::sort(held);
  EXPECT_EQ(held_over_the_network(root), held);
  for (const char* const way : {"iSCSI", "NVMe over TCP", "NVMe over Fibre Channel", "FCoE", "AoE", "nbd",
                                "Ceph", "SMB", "NFS", "Lustre", "9P", "SSH"}) {
    const auto has = [&](const std::string& one) { return one.find(way) != std::string::npos; };
    EXPECT_TRUE(std::ranges::any_of(held, has)) << way;
  }
  EXPECT_NE(problems(root).find("the address of its server 'server"), std::string::npos) << problems(root);
  const auto everything = test::snapshot(root);
  for (const char* const secret : {"secret", "5ec2e7", ".99", "637100CB", "197100CB"})
    EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
}

/// A captured machine is kept as an archive, from which the build makes its tree.
TEST(CaptureHost, ComesOutOfItsArchiveAsItWas) {
  test::Tree folder;
  const auto root = capture(folder, test::fixture("hosts/laptop/root").string());
  folder.dir("machine");
  const auto archive = folder.at("machine/root.tar.gz").string();
  expect_runs({"/usr/bin/tar", "-C", root.string(), "--owner=0", "--group=0", "-czf", archive, "."});
  const auto made = folder.at("made");
  expect_runs({test::source("/tests/hosts/construct"), folder.at("machine").string(), made.string()});
  EXPECT_EQ(test::snapshot(made), test::snapshot(root));
}

std::vector<std::string> secrets_of_this_machine() {
  std::vector<std::string> files{"/proc/sys/kernel/random/boot_id", "/etc/machine-id"};
  for (const auto& interface : fs::directory_iterator("/sys/class/net")) {
    files.push_back(interface.path() / "address");
  }
  std::vector<std::string> secrets;
  for (const auto& file : files) {
    std::string secret;
    if (std::ifstream(file) >> secret && secret != "00:00:00:00:00:00") secrets.push_back(secret);
  }
  return secrets;
}

TEST(CaptureThisHost, SaysTheSameAndTellsNoSecrets) {
  if (geteuid() != 0) GTEST_SKIP() << "capture-host is for root";
  if (!fs::exists("/sys/bus/pci/devices")) GTEST_SKIP() << "this machine has no PCI bus";
  const test::Tree folder;
  const auto root = capture(folder);
  EXPECT_EQ(said(cli::list, root, {"--all"}), said(cli::list, "/", {"--all"}));
  EXPECT_EQ(said(cli::groups, root, {"--all"}), said(cli::groups, "/", {"--all"}));
  const auto everything = test::snapshot(root);
  const auto secrets = secrets_of_this_machine();
  EXPECT_FALSE(secrets.empty());
  for (const auto& secret : secrets) EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
}

TEST(CaptureThisHost, DoesNotWriteOverACapture) {
  test::Tree folder;
  folder.file("captured/root/proc/cmdline", "mine");
  Host host;
  Program program;
  program.argv = {test::source("/scripts/capture-host"), (folder.root() / "captured").string(),
                  test::fixture("hosts/laptop/root").string()};
  const auto end = host.run(program);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 1);
  EXPECT_EQ(folder.text("captured/root/proc/cmdline"), "mine");
}

}  // namespace
}  // namespace gpupass
