// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine/environment.hpp"

#include <gtest/gtest.h>

#include "gpupass/hypervisor.hpp"
#include "support/tree.hpp"

namespace gpupass::bench {
namespace {

using nlohmann::json;

TEST(Environment, OfAMachineWithoutAnythingIsNotAnError) {
  const gpupass::test::Tree tree;
  const Host host(tree.root());
  EXPECT_EQ(environment(host, {}, "none"),
            json::parse(R"({"hypervisor":"none","iommu":"none","numa":[],"hugepages":{}})"));
}

TEST(Environment, SaysWhatMayExplainADifference) {
  gpupass::test::Tree tree;
  tree.file("/proc/cpuinfo",
            "processor\t: 0\nmodel name\t: A CPU\nmicrocode\t: 0x2b\n\nprocessor\t: 1\nmodel name\t: A CPU\n")
      .file("/proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-1\n")
      .file("/proc/meminfo", "MemTotal:       1024 kB\nMemFree: 1 kB\n")
      .file("/proc/cmdline",
            "BOOT_IMAGE=/vmlinuz root=UUID=1-2 intel_iommu=on kvm-intel.nested=1 quiet isolcpus=2,3\n")
      .file("/proc/sys/kernel/osrelease", "6.1.0-amd64\n")
      .file("/etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian 12\"\n")
      .file("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n")
      .file("/sys/devices/system/node/node0/cpulist", "0-1\n")
      .file("/sys/devices/system/node/node0/meminfo", "Node 0 MemTotal:       512 kB\n")
      .file("/sys/devices/system/node/online", "0\n")
      .file("/sys/devices/system/cpu/vulnerabilities/spectre_v2", "Mitigation: IBRS\n")
      .file("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "64\n")
      .file("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
      .file("/sys/kernel/iommu_groups/0/type", "DMA-FQ\n")
      .file("/sys/kernel/iommu_groups/1/type", "identity\n")
      .file("/sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n")
      .file("/sys/bus/pci/devices/0000:01:00.0/device", "0x2331\n")
      .file("/sys/bus/pci/devices/0000:01:00.0/current_link_speed", "32.0 GT/s PCIe\n")
      .file("/sys/bus/pci/devices/0000:01:00.0/iommu_group/type", "DMA\n")
      .link("/sys/bus/pci/devices/0000:01:00.0/driver", "../../../bus/pci/drivers/vfio-pci");
  Settings settings;
  settings.pci = "0000:01:00.0";
  const Host host(tree.root());
  EXPECT_EQ(environment(host, settings, "KVM"), json::parse(R"({
    "hypervisor": "KVM", "iommu": "DMA-FQ and identity", "cpu": "A CPU", "microcode": "0x2b", "vcpus": 2,
    "cpus_allowed": "0-1", "mitigations": {"spectre_v2": "Mitigation: IBRS"}, "memory_bytes": 1048576,
    "numa": [{"node": 0, "cpus": "0-1", "memory_bytes": 524288}], "hugepages": {"hugepages-1048576kB": 64},
    "transparent_hugepages": "madvise", "kernel": "6.1.0-amd64", "os": "Debian 12", "clocksource": "tsc",
    "cmdline": "intel_iommu=on kvm-intel.nested=1 isolcpus=2,3",
    "pci": {"bdf": "0000:01:00.0", "ids": "10de:2331", "current_link_speed": "32.0 GT/s PCIe",
            "driver": "vfio-pci", "iommu_mode": "DMA"}})"));
}

TEST(Environment, TakesNoControlCharactersFromTheMachine) {
  gpupass::test::Tree tree;
  tree.file("/proc/cpuinfo", "processor : 0\nmodel name : evil\x1b[2J\xff\n");
  const Host host(tree.root());
  EXPECT_EQ(environment(host, {}, "none")["cpu"], "evil\\x1b[2J\\xff");
}

TEST(Hypervisor, HasAName) {
  EXPECT_FALSE(hypervisor().empty());
}

}  // namespace
}  // namespace gpupass::bench
