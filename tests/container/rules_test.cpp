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
  expect("driver-versions", Severity::blocks, "the kernel module is of version 575.57.08",
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
  expect("device-nodes", Severity::blocks, "/dev/nvidia-uvm is of number 510:0", "nvidia-modprobe");
}

TEST_F(Rules, DeviceNodesOfACard) {
  tree.remove("/dev/dri/renderD130");
  expect("device-nodes", Severity::blocks, "/dev/dri/renderD130, of 0000:03:00.0, is not there",
         "udevadm trigger");
}

TEST_F(Rules, DeviceNodesOfAllAmdCards) {
  tree.remove("/dev/kfd");
  expect("device-nodes", Severity::blocks, "/dev/kfd is not there", "CONFIG_HSA_AMD");
}

TEST_F(Rules, CdiFiles) {
  tree.file("/etc/cdi/x.json", "{");
  expect("cdi-files", Severity::warns, "/etc/cdi/x.json cannot be read", "rm /etc/cdi/x.json");
}

TEST_F(Rules, CdiFilesThatEnginesLeaveOut) {
  tree.file("/etc/cdi/x.json", R"({"cdiVersion": "0.3.0", "kind": "a.com/b", "devices": [
      {"name": "0", "containerEdits": {"env": ["A=b"]}}]})");
  expect("cdi-files", Severity::warns, "engines leave out /etc/cdi/x.json", "write it anew");
}

TEST_F(Rules, CdiNames) {
  tree.file("/etc/cdi/other.json", file("gpupass/card", "/dev/nvidia0"));
  expect("cdi-names", Severity::warns,
         "gpupass/card=0 is defined by /etc/cdi/gpupass.json and /etc/cdi/other.json",
         "rm /etc/cdi/other.json");
}

TEST_F(Rules, CdiCurrent) {
  tree.file("/var/run/cdi/nvidia.json", file("nvidia.com/gpu", "/dev/nvidia7"));
  expect("cdi-current", Severity::warns, "/var/run/cdi/nvidia.json is out of date: /dev/nvidia7 is not there",
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

}  // namespace
}  // namespace gpupass::container
