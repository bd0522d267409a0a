// SPDX-License-Identifier: GPL-2.0-or-later
// A small machine in a temporary root, and reading it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "gpupass/discover/discover.hpp"
#include "gpupass/inventory.hpp"
#include "support/pci_tree.hpp"
#include "support/tree.hpp"

namespace gpupass::test {

inline PciAddress at(std::string_view text) {
  const auto address = parse_pci_address(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(PciAddress{});
}

/// A root port with a graphics card of two functions, an NVMe disk behind another, a network card.
class Machine {
 public:
  Machine() : host(tree.root()), pci(tree.root()) {
    pci.add({.address = "0000:00:01.0",
             .class_code = 0x060400,
             .device = 0x1901,
             .driver = "pcieport",
             .group = 1});
    pci.add({.address = "0000:00:06.0",
             .class_code = 0x060400,
             .device = 0x1905,
             .driver = "pcieport",
             .group = 2});
    pci.add(gpu).add(audio).add(nvme).add(nic);
    tree.file("/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n")
        .file("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/nvme0n1p2\n")
        .file("/proc/sys/kernel/random/boot_id", "11111111-2222-3333-4444-555555555555\n")
        .file("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme svm lm\n")
        .file("/proc/self/mountinfo", "")
        .file("/proc/swaps", "Filename Type Size Used Priority\n")
        .file("/proc/net/route", "Iface\tDestination\tGateway\n")
        .file("/proc/interrupts", " 24:  0  0  IR-PCI-MSI 512-edge  nvme0q0\n")
        .file("/lib/modules/6.1.0-56-amd64/modules.alias", "# Aliases\n")
        .file("/lib/modules/6.1.0-56-amd64/modules.dep", "kernel/drivers/vfio/pci/vfio-pci.ko: vfio.ko\n")
        .file("/usr/share/misc/pci.ids", "10de  NVIDIA Corporation\n\t2330  GH100 [H100 SXM5 80GB]\n");
  }

  [[nodiscard]] Inventory read() const {
    auto inventory = discover::read_inventory(host);
    EXPECT_TRUE(inventory) << describe(inventory.error());
    return inventory.value_or(Inventory{});
  }

  const Function gpu{.address = "0000:01:00.0",
                     .bus = "pci0000:00/0000:00:01.0",
                     .class_code = 0x030000,
                     .vendor = 0x10de,
                     .device = 0x2330,
                     .driver = "nvidia",
                     .group = 1,
                     .boot_vga = 1};
  const Function audio{.address = "0000:01:00.1",
                       .bus = "pci0000:00/0000:00:01.0",
                       .class_code = 0x040300,
                       .vendor = 0x10de,
                       .device = 0x22ba,
                       .driver = "snd_hda_intel",
                       .group = 1};
  const Function nvme{.address = "0000:02:00.0",
                      .bus = "pci0000:00/0000:00:06.0",
                      .class_code = 0x010802,
                      .vendor = 0x144d,
                      .device = 0xa80a,
                      .driver = "nvme",
                      .group = 2};
  const Function nic{.address = "0000:00:1f.6", .driver = "e1000e", .group = 3};

  Tree tree;
  Host host;
  PciTree pci;
};

/// The problems with a path, joined.
inline std::string problems_of(const Inventory& inventory, std::string_view path) {
  std::string text;
  for (const auto& problem : inventory.problems) {
    if (problem.path == path) text += problem.what + "\n";
  }
  return text;
}

inline std::string all_problems(const Inventory& inventory) {
  std::string text;
  for (const auto& problem : inventory.problems) text += problem.path + ": " + problem.what + "\n";
  return text;
}

}  // namespace gpupass::test
