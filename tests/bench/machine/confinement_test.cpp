// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine/confinement.hpp"

#include <gtest/gtest.h>

#include "support/tree.hpp"

namespace gpupass::bench {
namespace {

using nlohmann::json;

json facts_of(const test::Tree& tree) {
  auto facts = confinement(Host(tree.root()), "/opt/gpupass-bench");
  facts.erase("libraries");  // of this machine
  return facts;
}

TEST(Confinement, OfAMachineWithoutAnythingIsNotAnError) {
  EXPECT_EQ(facts_of(test::Tree()), json::object());
}

TEST(Confinement, FindsTheNearestLimitOfVersion2) {
  test::Tree tree;
  tree.file("/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
      .file("/proc/self/cgroup", "0::/machine.slice/box\n")
      .file("/sys/fs/cgroup/machine.slice/box/cpu.max", "max 100000\n")
      .file("/sys/fs/cgroup/machine.slice/cpu.max", "200000 100000\n")
      .file("/sys/fs/cgroup/machine.slice/box/memory.max", "max\n")
      .file("/sys/fs/cgroup/machine.slice/box/pids.max", "2048\n")
      .file("/proc/self/status", "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\nCapEff:\t00000000a80425fb\n")
      .file("/proc/self/mountinfo",
            "20 1 0:20 / / rw,relatime - overlay overlay rw\n"
            "21 20 8:1 /x /opt rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
            "22 20 8:1 /x /optional rw - xfs /dev/sdb1 rw\n");
  EXPECT_EQ(facts_of(tree), json::parse(R"({
    "cgroup": {"version": "2", "cpu": "200000 100000", "memory": "none", "processes": "2048"},
    "seccomp": "filter", "capabilities": "00000000a80425fb", "root_fs": "overlay", "program_fs": "ext4"})"));
}

TEST(Confinement, KnowsVersion1AndItsDevices) {
  test::Tree tree;
  tree.file("/proc/self/cgroup", "4:cpu,cpuacct:/box\n3:memory:/box\n2:devices:/box\n1:name=systemd:/\n")
      .file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
      .file("/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "50000\n")
      .file("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "9223372036854771712\n")
      .file("/sys/fs/cgroup/devices/box/devices.list", "c 1:3 rwm\nc 195:0 rw\n");
  EXPECT_EQ(facts_of(tree), json::parse(R"({"cgroup": {"version": "1", "cpu": "50000", "memory": "none",
    "devices": "c 1:3 rwm, c 195:0 rw"}})"));
}

TEST(Confinement, TakesTheMountOnTop) {
  test::Tree tree;
  tree.file("/proc/self/mountinfo",
            "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n21 20 0:5 / /opt/gpupass-bench ro - tmpfs tmpfs rw\n"
            "22 1 0:9 / / rw - zfs rpool rw\n");
  EXPECT_EQ(facts_of(tree), json::parse(R"({"root_fs": "zfs", "program_fs": "tmpfs"})"));
}

}  // namespace
}  // namespace gpupass::bench
