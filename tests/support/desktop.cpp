// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/desktop.hpp"

namespace gpupass::test {

void add_passthrough_kernel(Tree& tree) {
  tree.file("/proc/cpuinfo", "flags\t\t: fpu vmx\n").file("/proc/cmdline", "quiet\n");
  tree.file("/proc/self/mountinfo").file("/proc/swaps").file("/proc/net/route");
  tree.file("/proc/sys/kernel/osrelease", "6.1.0\n").file("/lib/modules/6.1.0/modules.alias");
  tree.file("/lib/modules/6.1.0/modules.dep",
            "kernel/drivers/vfio/vfio.ko:\nkernel/drivers/vfio/vfio_iommu_type1.ko:\nkernel/drivers/vfio/"
            "pci/vfio-pci.ko:\n");
}

void add_root_port(PciTree& pci) {
  pci.add_iommu_unit("dmar0");
  pci.add({.address = "0000:00:01.0", .class_code = 0x060400, .driver = "pcieport", .group = 0});
}

void add_card(PciTree& pci) {
  add_root_port(pci);
  const std::string slot = "pci0000:00/0000:00:01.0";
  pci.add({.address = k_gpu,
           .bus = slot,
           .class_code = 0x030000,
           .vendor = 0x10de,
           .device = 0x2330,
           .driver = "nvidia",
           .group = 1,
           .boot_vga = 0});
  pci.add({.address = k_audio,
           .bus = slot,
           .class_code = 0x040300,
           .vendor = 0x10de,
           .device = 0x22ba,
           .driver = "snd_hda_intel",
           .group = 1});
}

}  // namespace gpupass::test
