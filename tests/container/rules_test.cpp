// SPDX-License-Identifier: GPL-2.0-or-later
// What is read of a machine is what the rules for containers (src/judge) find.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/container/look.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/finding.hpp"
#include "gpupass/judge/judge.hpp"
#include "support/gpu_host.hpp"

namespace gpupass::container {
namespace {

using testing::HasSubstr;

class Rules : public testing::Test {
 protected:
  Rules() {
    test::add_gpu_host(tree);
    tree.file("/etc/cdi/gpupass.json", file("gpupass/card", "/dev/nvidia0"));
  }

  static std::string file(const std::string& kind, const std::string& node) {
    return R"({"cdiVersion": "0.5.0", "kind": ")" + kind +
           R"(", "devices": [{"name": "0", "containerEdits": {"deviceNodes": [{"path": ")" + node +
           R"("}]}}]})";
  }

  [[nodiscard]] std::vector<Finding> found() const {
    const Host host(tree.root());
    auto inventory = discover::read_inventory(host).value();
    inventory.containers = look_at(host, inventory);
    return judge::findings_of(inventory, {}, Occasion::container);
  }

  /// The one finding that is not fine.
  void expect(const char* rule, Severity severity, const char* what, const char* remedy) const {
    std::vector<Finding> all = found();
    std::erase_if(all, [](const Finding& finding) { return finding.severity == Severity::fine; });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].rule, rule);
    EXPECT_EQ(all[0].severity, severity);
    EXPECT_THAT(all[0].what, HasSubstr(what));
    EXPECT_THAT(all[0].remedy, HasSubstr(remedy));
    EXPECT_FALSE(all[0].evidence.empty());
  }

  test::Tree tree;
};

TEST_F(Rules, FindNothingOnAWellMachine) {
  for (const auto& finding : found()) EXPECT_EQ(finding.severity, Severity::fine) << finding.what;
  EXPECT_EQ(found().size(), 3U);  // versions, nodes, files
}

TEST_F(Rules, DriverVersions) {
  tree.file("/sys/module/nvidia/version", "575.57.08\n");
  expect("driver-versions", Severity::blocks, "the kernel module has version 575.57.08",
         "restart the machine");
}

TEST_F(Rules, OfTheHostsDefaultLibraryOnly) {
  tree.file("/opt/old/libcuda.so.570.1",
            "\x7f"
            "ELF\x02")
      .link("/opt/old/libcuda.so.1", "libcuda.so.570.1");
  tree.file("/etc/ld.so.cache", test::linker_cache({{"libcuda.so.1", "/opt/old/libcuda.so.1"}}));
  expect("driver-versions", Severity::warns, "programs of the host get libcuda.so.1 of version 570.1",
         "ldconfig");
}

TEST_F(Rules, DeviceNodes) {
  test::add_node(tree, "/dev/nvidia-uvm", "510:0");
  expect("device-nodes", Severity::blocks, "/dev/nvidia-uvm has the number 510:0", "nvidia-modprobe");
}

TEST_F(Rules, DeviceNodesOfACard) {
  tree.remove("/dev/dri/renderD130");
  expect("device-nodes", Severity::blocks, "/dev/dri/renderD130, of 0000:03:00.0, does not exist",
         "udevadm trigger");
}

TEST_F(Rules, DeviceNodesOfAllAmdCards) {
  tree.remove("/dev/kfd");
  expect("device-nodes", Severity::blocks, "/dev/kfd does not exist", "CONFIG_HSA_AMD");
}

TEST_F(Rules, CdiFiles) {
  tree.file("/etc/cdi/x.json", "{");
  expect("cdi-files", Severity::warns, "/etc/cdi/x.json cannot be read", "rm /etc/cdi/x.json");
}

TEST_F(Rules, CdiFilesThatEnginesLeaveOut) {
  tree.file("/etc/cdi/x.json", R"({"cdiVersion": "0.3.0", "kind": "a.com/b", "devices": [
      {"name": "0", "containerEdits": {"env": ["A=b"]}}]})");
  expect("cdi-files", Severity::warns, "engines ignore /etc/cdi/x.json", "generate it again");
}

TEST_F(Rules, CdiNames) {
  tree.file("/etc/cdi/other.json", file("gpupass/card", "/dev/nvidia0"));
  expect("cdi-names", Severity::warns,
         "gpupass/card=0 is defined by /etc/cdi/gpupass.json and /etc/cdi/other.json",
         "rm /etc/cdi/other.json");
}

TEST_F(Rules, CdiCurrent) {
  tree.file("/var/run/cdi/nvidia.json", file("nvidia.com/gpu", "/dev/nvidia7"));
  expect("cdi-current", Severity::warns,
         "/var/run/cdi/nvidia.json is out of date: /dev/nvidia7 does not exist",
         "nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.json");
}

TEST_F(Rules, CdiCurrentOfGpupasssOwn) {
  tree.file("/etc/cdi/gpupass.json", file("gpupass/card", "/dev/nvidia7"));
  expect("cdi-current", Severity::warns, "is out of date",
         "gpupass container write --output /etc/cdi/gpupass.json");
}

TEST_F(Rules, DockerConfined) {
  tree.file("/snap/bin/docker");
  expect("docker-confined", Severity::warns, "Docker is installed as a snap", "snap remove docker");
}

TEST_F(Rules, SelinuxLabels) {
  tree.file("/sys/fs/selinux/enforce", "0");
  EXPECT_EQ(judge::worst(found()), Severity::fine);
  tree.file("/sys/fs/selinux/enforce", "1");
  expect("selinux-labels", Severity::warns, "SELinux is enforcing", "label=disable");
}

TEST_F(Rules, ToolkitLegacy) {
  tree.file(k_toolkit_config, "[nvidia-container-runtime]\n#mode = \"legacy\"\nmode = \"auto\"\n");
  EXPECT_EQ(judge::worst(found()), Severity::fine);
  tree.file(k_toolkit_config, "[nvidia-container-runtime]\n  mode = \"legacy\"\n");
  expect("toolkit-legacy", Severity::warns, "daemon-reload", "mode = \"cdi\"");
}

TEST_F(Rules, MappedUsers) {
  tree.file("/proc/self/uid_map", "         0          0 4294967295\n");
  tree.file(k_toolkit_config, "#no-cgroups = true\n[nvidia-container-runtime]\nmode = \"auto\"\n");
  EXPECT_EQ(judge::worst(found()), Severity::fine);
  tree.file("/proc/self/uid_map", "         0     100000      65536\n");
  expect("mapped-users", Severity::warns, "root here is a user of the host's", "no-cgroups = true");
  tree.file(k_toolkit_config, "[nvidia-container-cli]\nno-cgroups = true\n");
  EXPECT_EQ(judge::worst(found()), Severity::fine);
}

/// MIG's GPU instance 1 of the card, with one compute instance, as the driver shows them.
void divide(test::Tree& tree) {
  const std::string all = "/proc/driver/nvidia/capabilities";
  const auto add = [&](const std::string& of, int minor) {
    tree.file(all + of + "/access",
              "DeviceFileMinor: " + std::to_string(minor) + "\nDeviceFileMode: 292\nDeviceFileModify: 1\n");
    test::add_node(tree, "/dev/nvidia-caps/nvidia-cap" + std::to_string(minor),
                   "238:" + std::to_string(minor), "0444");
  };
  add("/gpu0/mig/gi1", 12);
  add("/gpu0/mig/gi1/ci0", 13);
  tree.file(all + "/mig/config", "DeviceFileMinor: 1\n");
  tree.file("/proc/devices",
            "Character devices:\n195 nvidia\n236 kfd\n238 nvidia-caps\n507 nvidia-uvm\n\nBlock devices:\n");
}

TEST_F(Rules, MigNodes) {
  tree.remove("/etc/cdi/gpupass.json");
  divide(tree);
  EXPECT_EQ(judge::worst(found()), Severity::fine);
  test::add_node(tree, "/dev/nvidia-caps/nvidia-cap13", "240:13", "0444");
  expect("mig-nodes", Severity::warns,
         "/dev/nvidia-caps/nvidia-cap13, of MIG's gpu0/gi1/ci0, has the number 240:13",
         "nvidia-modprobe -f /proc/driver/nvidia/capabilities/gpu0/mig/gi1/ci0/access");
}

TEST_F(Rules, MigNodesOfAFileFromBefore) {
  tree.remove("/etc/cdi/gpupass.json");
  divide(tree);
  tree.file("/var/run/cdi/nvidia.json", file("nvidia.com/gpu", "/dev/nvidia-caps/nvidia-cap12"));
  expect("mig-nodes", Severity::warns, "is from before MIG's gpu0/gi1/ci0 was made",
         "nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.json");
}

TEST_F(Rules, MigNodesOfACardThatIsDescribedWhole) {
  divide(tree);
  expect("mig-nodes", Severity::warns, "0000:01:00.0 is divided by MIG", "nvidia-ctk cdi generate");
}

TEST_F(Rules, FabricManager) {
  test::PciTree pci(tree.root());
  test::Function port, link, gpu;
  port.address = "0000:00:06.0";
  port.class_code = 0x060400;
  port.driver = "pcieport";
  link.address = "0000:06:00.0";
  link.bus = "pci0000:00/0000:00:06.0";
  link.class_code = 0x068000;
  link.vendor = gpu.vendor = 0x10de;
  link.device = 0x22a3;
  link.driver = "nvidia-nvswitch";
  gpu.address = "0000:07:00.0";
  gpu.class_code = 0x030200;
  gpu.device = 0x2335;
  for (const auto& function : {port, link, gpu}) pci.add(function);
  expect("fabric-manager", Severity::warns, "no Fabric Manager has the machine's NVSwitches",
         "systemctl start nvidia-fabricmanager");
  tree.file("/proc/60/comm", "nv-fabricmanage\n").link("/proc/60/fd/5", "/dev/nvidia-nvswitch0");
  EXPECT_EQ(judge::worst(found()), Severity::fine);
}

/// A second card of NVIDIA's, and a container on each that has NCCL loaded.
void add_ranks(test::Tree& tree) {
  test::PciTree pci(tree.root());
  test::Function card;
  card.address = "0000:05:00.0";
  card.class_code = 0x030200;
  card.vendor = 0x10de;
  card.device = 0x2330;
  card.driver = "nvidia";
  card.group = 15;
  pci.add(card);
  tree.file("/proc/driver/nvidia/gpus/0000:05:00.0/information", "Device Minor: \t 1\n");
  test::add_node(tree, "/dev/nvidia1", "195:1");
  for (const std::string number : {"0", "1"}) {
    const auto process = "/proc/7" + number;
    tree.file(process + "/comm", "python3\n")
        .file(process + "/cgroup",
              "0::/system.slice/docker-" + std::string(64, 'a' + number[0] - '0') + ".scope\n")
        .file(process + "/maps", "7f00-7f01 r-xp 00000000 00:00 1 /usr/lib/libnccl.so.2.28.9\n")
        .link(process + "/fd/3", "/dev/nvidia" + number);
    for (const std::string kind : {"pid", "ipc", "uts"})
      tree.link(process + "/ns/" + kind, kind + ":[402653" + number + "]");
  }
}

TEST_F(Rules, NcclNamespaces) {
  add_ranks(tree);
  expect("nccl-namespaces", Severity::warns,
         "docker container aaaaaaaaaaaa (python3 with 0000:01:00.0) and docker container bbbbbbbbbbbb "
         "(python3 with "
         "0000:05:00.0) have NCCL loaded",
         "--ipc host --pid host --uts host");
}

TEST_F(Rules, NcclNamespacesInCommon) {
  add_ranks(tree);
  for (const std::string kind : {"pid", "ipc", "uts"})
    tree.remove("/proc/71/ns/" + kind).link("/proc/71/ns/" + kind, kind + ":[4026530]");
  EXPECT_EQ(judge::worst(found()), Severity::fine);
}

TEST_F(Rules, NcclNamespacesOfProgramsWithoutIt) {
  add_ranks(tree);
  tree.file("/proc/71/maps", "7f00-7f01 r-xp 00000000 00:00 1 /usr/lib/libcuda.so.1\n");
  EXPECT_EQ(judge::worst(found()), Severity::fine);
}

}  // namespace
}  // namespace gpupass::container
