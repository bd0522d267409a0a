// SPDX-License-Identifier: GPL-2.0-or-later
// What is changed on machines that start in different ways, and that it is all taken back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/boot/changes.hpp"
#include "gpupass/boot/kernel_options.hpp"
#include "support/golden.hpp"
#include "support/tree.hpp"

namespace gpupass::boot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::vector<std::string> k_words = {"intel_iommu=on"};

BootBinding binding() {
  return {parse_pci_address("0000:01:00.0").value(),
          "0x10de",
          "0x2330",
          "0x10de",
          "0x0001",
          "0x030000",
          "0xa1",
          "pci0000:00/0000:00:01.0/0000:01:00.0",
          "2026-11-22T12:35:21Z",
          "b00t"};
}

std::vector<std::string> paths(const SetFiles& step) {
  std::vector<std::string> all;
  for (const auto& file : step.files) all.push_back(file.path);
  return all;
}

class Boot : public testing::Test {
 protected:
  [[nodiscard]] std::vector<SetFiles> wanted(const Wanted& what) const {
    const auto steps = changes(host, look_at(host), test::source(), what);
    EXPECT_TRUE(steps) << (steps ? "" : describe(steps.error()));
    return steps ? *steps : std::vector<SetFiles>{};
  }
  /// Done, as apply would.
  void carry_out(const std::vector<SetFiles>& steps) {
    for (const auto& step : steps) {
      for (const auto& file : step.files) {
        if (file.text) {
          tree.file(file.path, *file.text);
          std::filesystem::permissions(tree.at(file.path), std::filesystem::perms(file.mode));
        } else {
          std::filesystem::remove(tree.at(file.path));
        }
      }
    }
  }
  /// There and back; what was run on the way.
  void expect_taken_back() {
    carry_out(wanted({{}, {}}));
    EXPECT_THAT(wanted({{}, {}}), IsEmpty());
  }
  [[nodiscard]] bool exists(const char* path) const { return host.exists(path); }

  test::Tree tree;
  Host host{tree.root()};
};

TEST(BootBinding, GoesThroughJsonWithIdsAsEverywhere) {
  const auto text = to_json(binding());
  EXPECT_THAT(text, HasSubstr(R"("ids":"10de:2330","subsystem_ids":"10de:0001")"));
  EXPECT_EQ(boot_binding_from_json(text).value(), binding());
  auto unread = binding();
  unread.subsystem_vendor = unread.subsystem_device = "-";
  EXPECT_EQ(boot_binding_from_json(to_json(unread)).value(), unread);
}

TEST(BootBinding, IsLookedForByAllThatIsKnownOfIt) {
  const Identity identity = remembered(binding());
  EXPECT_EQ(identity.vendor, 0x10de);
  EXPECT_EQ(identity.device, 0x2330);
  EXPECT_EQ(identity.subsystem_vendor, 0x10de);
  EXPECT_EQ(identity.subsystem_device, 0x0001);
  EXPECT_EQ(identity.class_code, 0x030000U);
  EXPECT_EQ(identity.place, "0000:00/01.0/00.0");
  auto unread = binding();
  unread.subsystem_vendor = "-";
  unread.subsystem_device = "abcd";  // as nothing writes it
  EXPECT_EQ(remembered(unread).subsystem_vendor, 0);
  EXPECT_EQ(remembered(unread).subsystem_device, 0);
}

TEST(BootBinding, ALineOfTheListIsTakenAsFarAsItGoes) {
  const auto one = binding();
  auto listed = listed_binding(one.device, identity_of(one));
  EXPECT_EQ(identity_of(listed), identity_of(one));
  EXPECT_EQ(identity_of(listed_binding(one.device, identity_of(one) + " and more")), identity_of(one));
  listed = listed_binding(one.device, "0x10de");
  EXPECT_EQ(listed.vendor, "0x10de");
  EXPECT_EQ(listed.device_id, "");
}

TEST_F(Boot, ADeviceIsKnownByItsWayFromTheHostBridge) {
  const auto one = binding();
  const auto folder = "/sys/devices/" + one.place;
  tree.file(folder + "/vendor", "0x10de\n")
      .link("/sys/bus/pci/devices/0000:01:00.0", "../../../devices/" + one.place);
  const auto found = identify(host, one.device);
  EXPECT_EQ(found.place, one.place);
  EXPECT_EQ(found.vendor, "0x10de");
  EXPECT_EQ(found.device_id, "-") << "what cannot be read";
}

TEST(BootBinding, OfTheFirstSchemaIsRead) {
  EXPECT_EQ(boot_binding_from_json(
                R"({"schema":"gpupass.boot-binding/1","device":"0000:01:00.0","vendor":"0x10de",)"
                R"("device_id":"0x2330","subsystem_vendor":"0x10de","subsystem_device":"0x0001",)"
                R"("class":"0x030000","revision":"0xa1","place":"pci0000:00/0000:00:01.0/0000:01:00.0",)"
                R"("since":"2026-11-22T12:35:21Z","boot_id":"b00t"})")
                .value(),
            binding());
}

TEST_F(Boot, TellsMachinesApart) {
  EXPECT_EQ(look_at(host), (Machine{false, InitramfsTool::none, Loader::unknown}));
  tree.file("/usr/lib/systemd/systemd").file("/usr/bin/dracut");
  tree.file("/efi/loader/entries/a.conf").file("/usr/sbin/grubby");
  EXPECT_EQ(look_at(host), (Machine{true, InitramfsTool::dracut, Loader::grubby}));
  tree.file("/usr/bin/mkinitcpio").file("/etc/mkinitcpio.conf").remove("/usr/sbin/grubby");
  EXPECT_EQ(look_at(host), (Machine{true, InitramfsTool::mkinitcpio, Loader::systemd_boot}));
  tree.file("/usr/sbin/update-initramfs").dir("/etc/initramfs-tools").file("/etc/default/grub");
  EXPECT_EQ(look_at(host), (Machine{true, InitramfsTool::initramfs_tools, Loader::grub}));
  const std::string utf16 = "s y s t e m d - b o o t";
  std::string info = utf16;
  std::ranges::replace(info, ' ', '\0');
  tree.file("/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", info);
  EXPECT_EQ(look_at(host).loader, Loader::systemd_boot) << "what the firmware says counts";
}

TEST_F(Boot, RefusesWhereNothingKnownRunsEarlyEnough) {
  const auto steps = changes(host, look_at(host), test::source(), {{binding()}, {}});
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().kind, ErrorKind::unsupported);
}

TEST_F(Boot, SystemdAloneNeedsNoInitramfs) {
  tree.file("/lib/systemd/systemd");
  const auto steps = wanted({{binding()}, {}});
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(paths(steps[0]), ElementsAre("/etc/gpupass/boot-bindings", "/etc/gpupass/boot-bind",
                                           "/etc/systemd/system/gpupass-boot.service",
                                           "/etc/systemd/system/sysinit.target.d/gpupass-boot.conf"));
  EXPECT_THAT(steps[0].program, IsEmpty());
  EXPECT_THAT(*steps[0].files[0].text, HasSubstr("\n0000:01:00.0 0x10de 0x2330 0x10de 0x0001 0x030000 0xa1 "
                                                 "pci0000:00/0000:00:01.0/0000:01:00.0\n"));
  carry_out(steps);
  EXPECT_THAT(wanted({{binding()}, {}}), IsEmpty()) << "it is so already";
  EXPECT_EQ(listed_for_boot(host).at(binding().device), identity_of(binding()));
  expect_taken_back();
  EXPECT_FALSE(exists("/etc/gpupass/boot-bindings"));
  EXPECT_FALSE(exists("/etc/systemd/system/gpupass-boot.service"));
}

TEST_F(Boot, InitramfsToolsGetsHookScriptAndRebuild) {
  tree.file("/lib/systemd/systemd").file("/usr/sbin/update-initramfs").dir("/etc/initramfs-tools");
  const auto steps = wanted({{binding()}, {}});
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(paths(steps[0]), testing::IsSupersetOf({"/etc/initramfs-tools/hooks/gpupass",
                                                      "/etc/initramfs-tools/scripts/init-top/00-gpupass"}));
  EXPECT_THAT(steps[0].program, ElementsAre("/usr/sbin/update-initramfs", "-u", "-k", "all"));
  EXPECT_EQ(steps[0].undo_program, steps[0].program);
  for (const auto& file : steps[0].files) {
    EXPECT_EQ(file.mode, file.text->starts_with("#!") ? 0755U : 0644U) << file.path;
  }
  carry_out(steps);
  const auto back = wanted({{}, {}});
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_THAT(back[0].program, Not(IsEmpty())) << "else the initramfs would go on binding it";
  expect_taken_back();
}

TEST_F(Boot, ANewListRebuildsTheInitramfsThatHoldsIt) {
  tree.file("/usr/sbin/update-initramfs").dir("/etc/initramfs-tools");
  carry_out(wanted({{binding()}, {}}));
  auto other = binding();
  other.device.function = 1;
  const auto steps = wanted({{binding(), other}, {}});
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(steps[0].program, Not(IsEmpty()));
}

TEST_F(Boot, FilesThatAPersonCopiedSayNothingOfTheInitramfs) {
  tree.file("/usr/sbin/update-initramfs").dir("/etc/initramfs-tools");
  auto by_hand = wanted({{binding()}, {}});
  for (auto& step : by_hand)
    std::erase_if(step.files, [](const FileContent& file) { return file.path.starts_with("/var/"); });
  carry_out(by_hand);
  const auto steps = wanted({{binding()}, {}});
  ASSERT_THAT(steps, SizeIs(1)) << "nobody knows whether it was made anew";
  EXPECT_THAT(steps[0].program, Not(IsEmpty()));
  carry_out(steps);
  EXPECT_THAT(wanted({{binding()}, {}}), IsEmpty());
  expect_taken_back();
  EXPECT_FALSE(exists("/var/lib/gpupass/boot-files.json"));
}

TEST_F(Boot, AHookThatIsNoProgramIsMended) {
  tree.file("/usr/sbin/update-initramfs").dir("/etc/initramfs-tools");
  carry_out(wanted({{binding()}, {}}));
  std::filesystem::permissions(tree.at("/etc/initramfs-tools/hooks/gpupass"), std::filesystem::perms(0644));
  EXPECT_THAT(wanted({{binding()}, {}}), SizeIs(1));
}

TEST_F(Boot, DracutAndMkinitcpio) {
  tree.file("/lib/systemd/systemd").file("/usr/bin/dracut");
  auto steps = wanted({{binding()}, {}});
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(paths(steps[0]), testing::Contains("/usr/lib/dracut/modules.d/90gpupass/module-setup.sh"));
  EXPECT_THAT(steps[0].program, ElementsAre("/usr/bin/dracut", "--regenerate-all", "--force"));
  carry_out(steps);
  expect_taken_back();

  tree.file("/usr/bin/mkinitcpio").file("/etc/mkinitcpio.conf");
  steps = wanted({{binding()}, {}});
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(paths(steps[0]),
              testing::IsSupersetOf({"/etc/initcpio/install/gpupass", "/etc/initcpio/hooks/gpupass",
                                     "/etc/mkinitcpio.conf.d/gpupass.conf"}));
  EXPECT_THAT(steps[0].program, ElementsAre("/usr/bin/mkinitcpio", "-P"));
  carry_out(steps);
  expect_taken_back();
}

// ---- the kernel's command line --------------------------------------------------------------------

class BootLoader : public Boot {
 protected:
  BootLoader() { tree.file("/lib/systemd/systemd"); }
  /// The step that adds the words, carried out with all others.
  SetFiles add() {
    const auto steps = wanted({{binding()}, k_words});
    carry_out(steps);
    EXPECT_THAT(wanted({{binding()}, k_words}), IsEmpty()) << "twice before the boot";
    return steps.size() == 2 ? steps.back() : SetFiles{};
  }
  SetFiles drop() {
    const auto steps = wanted({{}, {}});
    carry_out(steps);
    EXPECT_THAT(wanted({{}, {}}), IsEmpty());
    return steps.size() == 2 ? steps.back() : SetFiles{};
  }
};

constexpr const char* k_reads_folder = ". /etc/default/grub\nfor x in /etc/default/grub.d/*.cfg ; do\n";
constexpr const char* k_grub_text = "GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX=\"quiet 'a b'\"\n";

TEST_F(BootLoader, GrubWithAFolderGetsAFileOfItsOwn) {
  tree.file("/etc/default/grub", k_grub_text).dir("/etc/default/grub.d").file("/usr/sbin/update-grub");
  tree.file("/usr/sbin/grub-mkconfig", k_reads_folder);
  const auto step = add();
  EXPECT_THAT(step.purpose, HasSubstr("intel_iommu=on"));
  EXPECT_THAT(step.program, ElementsAre("/usr/sbin/update-grub"));
  EXPECT_THAT(tree.text("/etc/default/grub.d/gpupass.cfg"),
              HasSubstr("\nGRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX intel_iommu=on\"\n"));
  EXPECT_EQ(tree.text("/etc/default/grub"), k_grub_text);
  EXPECT_THAT(drop().program, ElementsAre("/usr/sbin/update-grub"));
  EXPECT_FALSE(exists("/etc/default/grub.d/gpupass.cfg"));
}

TEST_F(BootLoader, GrubWithoutOneGetsALineThatIsFoundAgain) {
  tree.file("/etc/default/grub", k_grub_text).file("/usr/bin/grub-mkconfig").file("/boot/grub/grub.cfg");
  EXPECT_THAT(add().program, ElementsAre("/usr/bin/grub-mkconfig", "-o", "/boot/grub/grub.cfg"));
  EXPECT_EQ(
      tree.text("/etc/default/grub"),
      std::string(k_grub_text) + "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX intel_iommu=on\"  # gpupass\n");
  tree.file("/etc/default/grub", tree.text("/etc/default/grub") + "GRUB_DISABLE_OS_PROBER=true\n");
  EXPECT_THAT(drop().program, Not(IsEmpty()));
  EXPECT_EQ(tree.text("/etc/default/grub"), std::string(k_grub_text) + "GRUB_DISABLE_OS_PROBER=true\n")
      << "what somebody changed since stays";
}

TEST_F(BootLoader, GrubWithAFolderThatItsProgramDoesNotReadGetsTheLine) {
  tree.file("/etc/default/grub", k_grub_text).dir("/etc/default/grub.d").file("/boot/grub/grub.cfg");
  tree.file("/usr/bin/grub-mkconfig", ". /etc/default/grub\n");
  EXPECT_THAT(add().program, Not(IsEmpty()));
  EXPECT_THAT(tree.text("/etc/default/grub"), HasSubstr("intel_iommu=on\"  # gpupass\n"));
  EXPECT_FALSE(exists("/etc/default/grub.d/gpupass.cfg"));
}

TEST_F(BootLoader, ABootThatCameWithoutTheWordsIsAnError) {
  tree.file("/etc/default/grub", k_grub_text).file("/usr/sbin/update-grub");
  tree.file("/proc/cmdline", "quiet\n").file("/proc/sys/kernel/random/boot_id", "one\n");
  add();
  tree.file("/proc/sys/kernel/random/boot_id", "another\n");
  const auto steps = changes(host, look_at(host), test::source(), {{binding()}, k_words});
  ASSERT_FALSE(steps);
  EXPECT_THAT(steps.error().what, HasSubstr("the boot since then did not have intel_iommu=on"));
  EXPECT_THAT(steps.error().hint, testing::AllOf(HasSubstr("/etc/default/grub"), HasSubstr("/proc/cmdline"),
                                                 HasSubstr("unbind --persist --apply")));
  tree.file("/proc/cmdline", "quiet intel_iommu=on\n");
  EXPECT_THAT(wanted({{binding()}, k_words}), IsEmpty());
  drop();
}

TEST_F(BootLoader, ARecordWithoutItsBootIsUnderstood) {
  tree.file("/etc/default/grub", k_grub_text).file("/usr/sbin/update-grub");
  tree.file("/proc/cmdline", "quiet\n").file("/proc/sys/kernel/random/boot_id", "one\n");
  carry_out(wanted({{binding()}, {}}));
  tree.file("/var/lib/gpupass/kernel-words.json",
            R"({"schema": "gpupass.kernel-words/1", "loader": "grub", "words": ["intel_iommu=on"],
                "files": ["/etc/default/grub.d/gpupass.cfg"]})");
  EXPECT_THAT(wanted({{binding()}, k_words}), IsEmpty()) << "which boot it was is not known";
  drop();
}

TEST_F(BootLoader, SystemdBootKeepsEntriesAndTheirWords) {
  const std::string entry = "title Debian\nlinux /a/linux\noptions  root=UUID=1 quiet\n";
  tree.file("/boot/loader/entries/a.conf", entry);
  tree.file("/boot/loader/entries/b.conf", "linux /b\noptions intel_iommu=on root=/dev/sda1");
  tree.file("/etc/kernel/cmdline", "root=UUID=1 quiet\n");
  EXPECT_THAT(add().program, IsEmpty());
  EXPECT_EQ(tree.text("/boot/loader/entries/a.conf"),
            "title Debian\nlinux /a/linux\noptions  root=UUID=1 quiet intel_iommu=on\n");
  EXPECT_EQ(tree.text("/etc/kernel/cmdline"), "root=UUID=1 quiet intel_iommu=on\n");
  tree.file("/etc/kernel/cmdline", "root=UUID=1 intel_iommu=on,sm_on intel_iommu=on splash\n");
  drop();
  EXPECT_EQ(tree.text("/boot/loader/entries/a.conf"), entry);
  EXPECT_EQ(tree.text("/boot/loader/entries/b.conf"), "linux /b\noptions intel_iommu=on root=/dev/sda1")
      << "somebody else's word";
  EXPECT_EQ(tree.text("/etc/kernel/cmdline"), "root=UUID=1 intel_iommu=on,sm_on splash\n");
}

TEST_F(BootLoader, GrubbyIsAskedBothWays) {
  tree.file("/boot/loader/entries/a.conf", "options root=/dev/sda1\n").file("/usr/sbin/grubby");
  const auto step = add();
  EXPECT_THAT(step.program, ElementsAre("/usr/sbin/grubby", "--update-kernel=ALL", "--args=intel_iommu=on"));
  const auto back = drop();
  EXPECT_EQ(back.program, step.undo_program);
  EXPECT_EQ(back.undo_program, step.program);
  EXPECT_THAT(back.program, testing::Contains("--remove-args=intel_iommu=on"));
}

TEST_F(BootLoader, GrubbyIsNotAskedWhereSomeHaveTheWord) {
  const std::string theirs = "options root=/dev/sda1 intel_iommu=on,sm_on\n";
  tree.file("/boot/loader/entries/a.conf", "options root=/dev/sda1\n").file("/usr/sbin/grubby");
  tree.file("/boot/loader/entries/b.conf", theirs);
  tree.file("/boot/loader/entries/c.conf", "options intel_iommu=on quiet\n");
  EXPECT_THAT(add().program, IsEmpty())
      << "--update-kernel=ALL would change theirs, and its undo take it out";
  EXPECT_EQ(tree.text("/boot/loader/entries/a.conf"), "options root=/dev/sda1 intel_iommu=on\n");
  drop();
  EXPECT_EQ(tree.text("/boot/loader/entries/a.conf"), "options root=/dev/sda1\n");
  EXPECT_EQ(tree.text("/boot/loader/entries/b.conf"), theirs);
  EXPECT_EQ(tree.text("/boot/loader/entries/c.conf"), "options intel_iommu=on quiet\n");
}

TEST_F(BootLoader, GrubbyIsNotAskedWhereLaterKernelsAreToGetTheWord) {
  tree.file("/boot/loader/entries/a.conf", "options root=/dev/sda1\n").file("/usr/sbin/grubby");
  for (const auto* const path : {"/etc/default/grub", "/etc/kernel/cmdline", "/boot/grub2/grubenv"}) {
    tree.file(path, "kernelopts=quiet intel_iommu=on\n");
    EXPECT_THAT(add().program, IsEmpty()) << path;
    drop();
    tree.remove(path);
  }
}

TEST_F(BootLoader, WhatEveryEntryHasIsAMatterOfTheBoot) {
  tree.file("/boot/loader/entries/a.conf", "options root=/dev/sda1 intel_iommu=on\n");
  const auto steps = changes(host, look_at(host), test::source(), {{binding()}, k_words});
  ASSERT_FALSE(steps);
  EXPECT_THAT(steps.error().what, HasSubstr("every entry has intel_iommu=on"));
}

TEST_F(BootLoader, AnUnknownOneIsLeftToThePerson) {
  const auto steps = changes(host, look_at(host), test::source(), {{binding()}, k_words});
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(steps.error().hint, HasSubstr("intel_iommu=on"));
}

}  // namespace
}  // namespace gpupass::boot
