// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/kernel.hpp"

#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discovery {
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
}  // namespace gpupass::discovery
