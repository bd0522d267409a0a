// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/kernel.hpp"

#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

class ReadKernel : public ::testing::Test {
 protected:
  [[nodiscard]] Module module(const std::string& name) const {
    const auto kernel = machine.read().kernel;
    const auto* const found = kernel.module(name);
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? Module{} : *found;
  }

  test::Machine machine;
};

TEST_F(ReadKernel, TellsReleaseCommandLineAndBoot) {
  const auto kernel = machine.read().kernel;
  EXPECT_EQ(kernel.release, "6.1.0-56-amd64");
  EXPECT_EQ(kernel.command_line, "BOOT_IMAGE=/vmlinuz root=/dev/nvme0n1p2");
  EXPECT_EQ(kernel.boot_id, "11111111-2222-3333-4444-555555555555");
}

TEST_F(ReadKernel, TellsTheArchitectureByTheKernelsOwnWord) {
  machine.tree.file("/proc/sys/kernel/arch", "aarch64\n");
  const auto kernel = machine.read().kernel;
  EXPECT_EQ(kernel.architecture, "aarch64");
  EXPECT_EQ(kernel.told_by, "/proc/sys/kernel/arch");
  EXPECT_TRUE(kernel.is_arm64());
}

/// The first lines of what each kernel writes.
TEST_F(ReadKernel, TellsTheArchitectureByItsProcessors) {
  const std::vector<std::pair<std::string, std::string>> processors{
      {"processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu lm vmx\n", "x86_64"},
      {"processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU architecture: 8\n", "aarch64"},
      {"processor\t: 0\nmodel name\t: ARMv7 Processor rev 4\nCPU architecture: 7\n", "armv7l"},
      {"processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdc_zicsr\nmmu\t\t: sv48\n", "riscv64"},
      {"processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 2300.0MHz\n", "ppc64le"},
      {"vendor_id       : IBM/S390\n# processors    : 4\nfeatures\t: esan3 zarch stfle\n", "s390x"},
      {"system type\t\t: generic-loongson-machine\n\nprocessor\t\t: 0\nCPU Family\t\t: Loongson-64bit\n",
       "loongarch64"},
      {"system type : MIPS Malta\nprocessor : 0\ncpu model : MIPS 24Kc\n", ""}};
  for (const auto& [text, architecture] : processors) {
    machine.tree.file("/proc/cpuinfo", text);
    EXPECT_EQ(machine.read().kernel.architecture, architecture) << text;
  }
}

TEST_F(ReadKernel, TellsTheArchitectureByItsModulesAtLast) {
  machine.tree.remove("/proc/cpuinfo");
  EXPECT_EQ(machine.read().kernel.architecture, "");
  machine.tree.file("/lib/modules/6.1.0-56-amd64/modules.dep", "kernel/arch/arm64/crypto/aes-arm64.ko:\n");
  const auto kernel = machine.read().kernel;
  EXPECT_EQ(kernel.architecture, "aarch64");
  EXPECT_EQ(kernel.told_by, "/lib/modules/6.1.0-56-amd64/modules.dep");
}

TEST_F(ReadKernel, KnowsAModuleThatCanBeLoaded) {
  EXPECT_EQ(module("vfio_pci"), (Module{"vfio_pci", false, true}));
  EXPECT_EQ(module("kvm_intel"), (Module{"kvm_intel", false, false}));
}

TEST_F(ReadKernel, KnowsAPackedModule) {
  machine.tree.file("/lib/modules/6.1.0-56-amd64/modules.dep",
                    "kernel/arch/x86/kvm/kvm-amd.ko.xz: kvm.ko.xz\n");
  EXPECT_EQ(module("kvm_amd"), (Module{"kvm_amd", false, true}));
}

TEST_F(ReadKernel, KnowsALoadedModule) {
  machine.tree.file("/proc/modules", "kvm_amd 155648 0 - Live 0x0000000000000000\n");
  EXPECT_EQ(module("kvm_amd"), (Module{"kvm_amd", true, true}));
  machine.tree.dir("/sys/module/vfio");
  EXPECT_EQ(module("vfio"), (Module{"vfio", true, true}));
}

TEST_F(ReadKernel, KnowsAModuleThatIsBuiltIn) {
  machine.tree.file("/lib/modules/6.1.0-56-amd64/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
  EXPECT_EQ(module("vfio_pci"), (Module{"vfio_pci", true, true}));
}

TEST_F(ReadKernel, NotesThatItCannotTellWhatCanBeLoaded) {
  machine.tree.remove("/lib/modules/6.1.0-56-amd64/modules.dep");
  const auto inventory = machine.read();
  EXPECT_NE(test::problems_of(inventory, "/lib/modules/6.1.0-56-amd64/modules.dep"), "");
  EXPECT_FALSE(inventory.kernel.module("vfio_pci")->available);
}

TEST_F(ReadKernel, NotesWhatIsNotThere) {
  machine.tree.remove("/proc/cmdline").remove("/proc/sys");
  const auto inventory = machine.read();
  EXPECT_NE(test::problems_of(inventory, "/proc/cmdline"), "");
  EXPECT_NE(test::problems_of(inventory, "/proc/sys/kernel/osrelease"), "");
}

TEST(ReadKvm, TakesTheFlagOfTheFirstProcessor) {
  test::Machine machine;
  EXPECT_EQ(machine.read().kvm.cpu_flag, "svm");
  machine.tree.file("/proc/cpuinfo", "flags : fpu vmx_like\n\nflags : vmx\n");
  EXPECT_EQ(machine.read().kvm.cpu_flag, "");
}

TEST(ReadKvm, DoesNotAskACapturedHost) {
  EXPECT_EQ(test::Machine().read().kvm.probe, std::nullopt);
}

}  // namespace
}  // namespace gpupass::discover
