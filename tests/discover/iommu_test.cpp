// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/iommu.hpp"

#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
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
  EXPECT_EQ(machine.read().iommu.kind, IommuKind::arm_smmu);
  machine.tree.remove("/sys/class/iommu/smmu3.0x0000000009050000");
  machine.pci.add_iommu_unit("riscv-iommu@30010000");
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
}

/// The kernel's own word, so that the rest of the machine may stay as it is.
class OnArm64 : public IommuInUse {
 protected:
  OnArm64() { machine.tree.file("/proc/sys/kernel/arch", "aarch64\n"); }
  Iommu read(const std::string& interrupts) {
    machine.tree.file("/proc/interrupts", "            CPU0       CPU1\n" + interrupts);
    return machine.read().iommu;
  }
};

TEST_F(OnArm64, AnItsIsolatesInterrupts) {
  auto iommu = read(" 11:  100  7  GICv3  27 Level  arch_timer\n 90:  7  0  ITS-MSI 512 Edge  nvme0q0\n");
  EXPECT_EQ(iommu.interrupt_remapping, Ternary::yes);
  EXPECT_EQ(iommu.evidence, "/proc/interrupts: ITS-MSI");
  iommu = read(" 90:  7  0  ITS-PCI-MSI-000f:01:00.0   0 Edge  nvidia\n");
  EXPECT_EQ(iommu.interrupt_remapping, Ternary::yes);
}

TEST_F(OnArm64, AnOlderInterruptControllerDoesNot) {
  EXPECT_EQ(read(" 90:  7  0  GICv2m-PCI-MSI-0000:01:00.0   0 Edge  nvidia\n").interrupt_remapping,
            Ternary::no);
}

TEST_F(OnArm64, NothingIsConcludedFromChipsThatDoNotTell) {
  const auto iommu = read(
      " 11:  9  7  GICv3  27 Level  arch_timer\n 12:  9  9  GICv3  30 Level  x\n"
      " 43:  1  0  MSI 134742016 Edge  nvme0q0\nNMI:  0  0  Non-maskable\n");
  EXPECT_EQ(iommu.interrupt_remapping, Ternary::unknown);
  EXPECT_EQ(iommu.evidence, "/proc/interrupts: interrupts come through GICv3 and MSI");
}

TEST_F(IommuInUse, OfAnotherArchitectureNothingIsConcludedFromTheNamesOfChips) {
  machine.tree.file("/proc/sys/kernel/arch", "riscv64\n");
  for (const auto* const chip : {"IR-PCI-MSI", "PCI-MSI", "ITS-MSI", "RISC-V-IMSIC"}) {
    machine.tree.file("/proc/interrupts", std::string(" 24:  0  0  ") + chip + " 512-edge  nvme0q0\n");
    EXPECT_EQ(machine.read().iommu.interrupt_remapping, Ternary::unknown) << chip;
  }
}

TEST_F(IommuInUse, MayBeToldToDoWithoutRemapping) {
  EXPECT_FALSE(machine.read().iommu.unsafe_interrupts);
  machine.tree.file("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n");
  EXPECT_TRUE(machine.read().iommu.unsafe_interrupts);
}

TEST_F(IommuInUse, WillBeToldSoWhenTheModuleIsLoaded) {
  const auto told_by = [&] { return machine.read().iommu.unsafe_by; };
  machine.tree
      .file("/etc/modprobe.d/vfio.conf",
            "# options vfio_iommu_type1 allow_unsafe_interrupts=1\noptions kvm ignore_msrs=1\n")
      .file("/etc/modprobe.d/vfio.conf.bak", "options vfio_iommu_type1 allow_unsafe_interrupts=1\n");
  EXPECT_EQ(told_by(), "");
  machine.tree.file("/usr/lib/modprobe.d/x58.conf",
                    "options vfio_iommu_type1 disable_hugepages=1 allow_unsafe_interrupts=1\n");
  EXPECT_EQ(told_by(), "/usr/lib/modprobe.d/x58.conf");
  machine.tree.file("/proc/cmdline", "ro vfio_iommu_type1.allow_unsafe_interrupts=0\n");
  EXPECT_EQ(told_by(), "/usr/lib/modprobe.d/x58.conf");
  machine.tree.file("/proc/cmdline", "ro vfio_iommu_type1.allow_unsafe_interrupts=1\n");
  EXPECT_EQ(told_by(), "/proc/cmdline");
  machine.tree.file("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "N\n");
  EXPECT_EQ(told_by(), "") << "the module that is there says what is so";
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

TEST_F(IommuInUse, GroupsHaveTheRangesThatAreReserved) {
  const std::string path = "/sys/kernel/iommu_groups/1/reserved_regions";
  machine.tree.file(path,
                    "0x00000000bdff0000 0x00000000bdffffff direct\n"
                    "0x00000000fee00000 0x00000000feefffff msi\n");
  const auto regions = machine.read().groups[0].reserved_regions;
  const std::vector<ReservedRegion> expected{{0xbdff0000, 0xbdffffff, "direct"},
                                             {0xfee00000, 0xfeefffff, "msi"}};
  EXPECT_EQ(regions, expected);
  EXPECT_EQ(machine.read().groups[0].direct_regions(), std::vector<ReservedRegion>{expected[0]});
  machine.tree.file(path, "");
  EXPECT_EQ(machine.read().groups[0].reserved_regions, std::vector<ReservedRegion>{});
}

TEST_F(IommuInUse, RangesThatWereNotCapturedOrCannotBeReadAreNotKnown) {
  const std::string path = "/sys/kernel/iommu_groups/1/reserved_regions";
  machine.tree.remove(path);
  auto inventory = machine.read();
  EXPECT_EQ(inventory.groups[0].reserved_regions, std::nullopt);
  EXPECT_EQ(test::problems_of(inventory, path), "");
  for (const auto* const text : {"0x1000 direct\n", "0x1000 nothing direct\n", "0x10 0x20 direct more\n"}) {
    machine.tree.file(path, text);
    inventory = machine.read();
    EXPECT_EQ(inventory.groups[0].reserved_regions, std::nullopt) << text;
    EXPECT_NE(test::problems_of(inventory, path), "") << text;
  }
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
    const auto inventory = discover::read_inventory(Host(tree_.root()));
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

TEST_F(NoIommu, OfArm64IsNotSearchedForInTablesAndOptionsOfX86) {
  tree_.file("/proc/sys/kernel/arch", "aarch64\n").file("/proc/cmdline", "intel_iommu=off\n");
  tree_.file("/sys/firmware/acpi/tables/IORT");
  EXPECT_EQ(why(), IommuOff::no_unit);
  EXPECT_EQ(iommu_.table, "IORT");
  tree_.remove("/sys/firmware").remove("/sys/class/iommu").dir("/sys/firmware/devicetree");
  EXPECT_EQ(why(), IommuOff::no_unit);
  tree_.remove("/sys/firmware");
  EXPECT_EQ(why(), IommuOff::could_not_tell) << "a capture without any of the places";
}

TEST_F(NoIommu, OfAnArchitectureThatIsNotKnownHasNoReason) {
  tree_.file("/proc/sys/kernel/arch", "riscv64\n");
  EXPECT_EQ(why(), IommuOff::could_not_tell);
  tree_.remove("/proc/sys/kernel/arch").file("/proc/cpuinfo", "hardware : something\n");
  EXPECT_EQ(why(), IommuOff::could_not_tell);
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
}  // namespace gpupass::discover
