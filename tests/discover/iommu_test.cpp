// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/iommu.hpp"

#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discovery {
namespace {

using test::at;
using test::Machine;

class IommuInUse : public ::testing::Test {
 protected:
  Machine machine;
};

TEST_F(IommuInUse, IsKnownByItsUnit) {
  machine.pci.add_iommu_unit("dmar0");
  const auto iommu = machine.read().iommu;
  EXPECT_TRUE(iommu.enabled);
  EXPECT_EQ(iommu.kind, IommuKind::intel_vtd);
  EXPECT_EQ(iommu.off, IommuOff::not_off);
  machine.tree.remove("/sys/class/iommu/dmar0");
  machine.pci.add_iommu_unit("ivhd0");
  EXPECT_EQ(machine.read().iommu.kind, IommuKind::amd_vi);
  machine.tree.remove("/sys/class/iommu/ivhd0");
  machine.pci.add_iommu_unit("smmu3.0x0000000009050000");
  EXPECT_EQ(machine.read().iommu.kind, IommuKind::other);
}

TEST_F(IommuInUse, IsKnownByItsGroupsWhereItHasNoUnit) {
  EXPECT_TRUE(machine.read().iommu.enabled);
  EXPECT_EQ(machine.read().iommu.kind, IommuKind::other);
}

TEST_F(IommuInUse, IsNotWhatVfioMakesWithoutOne) {
  for (const auto* const group : {"1", "2", "3"}) {
    machine.tree.file(std::string("/sys/kernel/iommu_groups/") + group + "/name", "vfio-noiommu\n");
  }
  EXPECT_FALSE(machine.read().iommu.enabled);
}

TEST_F(IommuInUse, RemapsInterruptsWhenTheirChipsSaySo) {
  const auto iommu = machine.read().iommu;
  EXPECT_EQ(iommu.interrupt_remapping, Ternary::yes);
  EXPECT_EQ(iommu.evidence, "/proc/interrupts: IR-PCI-MSI");
}

TEST_F(IommuInUse, DoesNotRemapInterruptsWhenNoChipSaysSo) {
  machine.tree.file("/proc/interrupts", " 24:  0  0  PCI-MSI 512-edge  nvme0q0\n");
  EXPECT_EQ(machine.read().iommu.interrupt_remapping, Ternary::no);
}

TEST_F(IommuInUse, IsNotKnownToRemapWhereInterruptsCannotBeRead) {
  machine.tree.remove("/proc/interrupts");
  const auto inventory = machine.read();
  EXPECT_EQ(inventory.iommu.interrupt_remapping, Ternary::unknown);
  EXPECT_NE(test::problems_of(inventory, "/proc/interrupts"), "");
  machine.tree.file("/proc/interrupts", " 24:  0  0  ITS-MSI 512 Edge  nvme0q0\n");  // another architecture
  EXPECT_EQ(machine.read().iommu.interrupt_remapping, Ternary::unknown);
}

TEST_F(IommuInUse, MayBeToldToDoWithoutRemapping) {
  EXPECT_FALSE(machine.read().iommu.unsafe_interrupts);
  machine.tree.file("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n");
  EXPECT_TRUE(machine.read().iommu.unsafe_interrupts);
}

TEST_F(IommuInUse, MakesGroupsInOrderWithTheirMembers) {
  const auto groups = machine.read().groups;
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].number, 1);
  EXPECT_EQ(groups[0].type, "DMA");
  EXPECT_EQ(groups[0].members,
            (std::vector<PciAddress>{at("0000:00:01.0"), at("0000:01:00.0"), at("0000:01:00.1")}));
  EXPECT_EQ(groups[2].members, std::vector<PciAddress>{at("0000:00:1f.6")});
}

/// A machine without groups; each test says what it has instead.
class NoIommu : public ::testing::Test {
 protected:
  NoIommu() {
    pci_.add({.address = "0000:00:02.0"});
    tree_.file("/proc/cpuinfo", "flags : fpu vmx\n").file("/proc/cmdline", "quiet\n");
    tree_.dir("/sys/firmware/acpi/tables").dir("/sys/class/iommu");
  }
  IommuOff why() {
    const auto inventory = discover(Host(tree_.root()));
    EXPECT_TRUE(inventory);
    if (!inventory) return IommuOff::not_off;
    EXPECT_FALSE(inventory->iommu.enabled);
    iommu_ = inventory->iommu;
    problems_ = test::problems_of(*inventory, "/sys/firmware/acpi/tables");
    return inventory->iommu.off;
  }

  test::Tree tree_;
  test::PciTree pci_{tree_.root()};
  Iommu iommu_;
  std::string problems_;
};

TEST_F(NoIommu, HasATableThatTheKernelDoesNotUse) {
  tree_.file("/sys/firmware/acpi/tables/DMAR");
  EXPECT_EQ(why(), IommuOff::kernel_option_missing);
  EXPECT_EQ(iommu_.table, "DMAR");
  EXPECT_EQ(iommu_.kind, IommuKind::intel_vtd);
}

TEST_F(NoIommu, IsSwitchedOffByAnOptionOfItsOwnKind) {
  tree_.file("/sys/firmware/acpi/tables/DMAR");
  tree_.file("/proc/cmdline", "intel_iommu=sm_on,off\n");
  EXPECT_EQ(why(), IommuOff::kernel_option_off);
  tree_.file("/proc/cmdline", "iommu=off\n");
  EXPECT_EQ(why(), IommuOff::kernel_option_off);
  tree_.file("/proc/cmdline", "amd_iommu=off intel_iommu=offset xintel_iommu=off\n");
  EXPECT_EQ(why(), IommuOff::kernel_option_missing);
}

TEST_F(NoIommu, OfAmdIsKnownByItsTable) {
  tree_.file("/sys/firmware/acpi/tables/IVRS").file("/proc/cmdline", "amd_iommu=off\n");
  EXPECT_EQ(why(), IommuOff::kernel_option_off);
  EXPECT_EQ(iommu_.kind, IommuKind::amd_vi);
}

TEST_F(NoIommu, HasNoTable) {
  EXPECT_EQ(why(), IommuOff::no_firmware_table);
}

TEST_F(NoIommu, HasAProcessorWithoutVirtualisation) {
  tree_.file("/proc/cpuinfo", "flags : fpu sse\n");
  EXPECT_EQ(why(), IommuOff::no_cpu_support);
}

TEST_F(NoIommu, CannotBeToldWithoutTables) {
  tree_.remove("/sys/firmware");
  EXPECT_EQ(why(), IommuOff::could_not_tell);
  EXPECT_NE(problems_, "");
}

TEST_F(NoIommu, IsXens) {
  tree_.file("/sys/hypervisor/type", "xen\n").file("/proc/xen/capabilities", "control_d\n");
  EXPECT_EQ(why(), IommuOff::xen_dom0);
}

TEST_F(NoIommu, IsNotXensInAGuestOfXen) {
  tree_.file("/sys/hypervisor/type", "xen\n").file("/proc/xen/capabilities", "");
  EXPECT_EQ(why(), IommuOff::no_firmware_table);
}

}  // namespace
}  // namespace gpupass::discovery
