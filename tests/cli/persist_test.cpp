// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bind --persist` and back, on a machine with systemd, initramfs-tools and GRUB.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/boot_binding.hpp"
#include "gpupass/cli/run.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_kernel.hpp"

namespace gpupass::cli {
namespace {

using test::k_audio;
using test::k_gpu;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const k_screen = "0000:00:02.0";
const char* const k_update = "/usr/sbin/update-initramfs";
const char* const k_list = "/etc/gpupass/boot-bindings";

class Persist : public testing::Test {
 protected:
  Persist() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    pci.add({.address = k_screen,
             .class_code = 0x030000,
             .device = 0x9bc5,
             .driver = "i915",
             .group = 2,
             .boot_vga = 1});
    test::add_passthrough_kernel(tree);
    tree.file("/lib/systemd/systemd")
        .dir("/etc/initramfs-tools")
        .file("/etc/default/grub", "GRUB_TIMEOUT=5\n");
    kernel.add_program(k_update);
    before = test::snapshot(tree.at("/sys"));
  }

  int run(Function command, const std::vector<std::string>& words) {
    const auto said = test::run(command, kernel, words, {}, {200, false});
    out = said.out;
    err = said.err;
    return said.status;
  }
  /// As after a reboot: another boot, which said this of the card.
  void reboot(const std::string& outcome) {
    tree.file("/proc/sys/kernel/random/boot_id", "another\n");
    if (!outcome.empty()) tree.file(std::string("/run/gpupass/boot/") + k_gpu, outcome + "\n");
  }
  void expect_nothing_written() {
    EXPECT_THAT(read_boot_bindings(kernel)->readable, IsEmpty());
    EXPECT_FALSE(kernel.exists("/etc/gpupass"));
    EXPECT_FALSE(kernel.exists("/etc/systemd"));
    EXPECT_THAT(kernel.programs(), IsEmpty());
    EXPECT_THAT(*load_journals(kernel), IsEmpty());
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  std::string before, out, err;
};

TEST_F(Persist, WithoutApplyOnlyItsOwnRecordIsWrittenAndTheStepsArePrinted) {
  ASSERT_EQ(run(bind, {"01:00", "--persist"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("install -D -m 644 "));
  EXPECT_THAT(out, HasSubstr("/etc/systemd/system/gpupass-boot.service\n"));
  EXPECT_THAT(out, HasSubstr("+0000:01:00.0 0x10de 0x2330 "));
  EXPECT_THAT(out, HasSubstr("     /usr/sbin/update-initramfs -u -k all\n"));
  EXPECT_THAT(out, HasSubstr("`gpupass bind --persist 0000:01:00.0 0000:01:00.1 --apply`"));
  EXPECT_THAT(read_boot_bindings(kernel)->readable, testing::SizeIs(2));
  EXPECT_FALSE(kernel.exists(k_list));
  EXPECT_FALSE(kernel.exists("/etc/systemd"));
  EXPECT_THAT(kernel.programs(), Not(testing::Contains(HasSubstr("initramfs"))));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  ASSERT_EQ(run(status, {}), 0);
  EXPECT_THAT(out, HasSubstr("recorded only"));
}

TEST_F(Persist, ASecondTimeIsUnchanged) {
  for (const auto command : {bind, unbind}) {
    ASSERT_EQ(run(command, {k_gpu, "--persist", "--apply"}), 0) << err;
    EXPECT_THAT(out, Not(HasSubstr("unchanged")));
    const auto kept = test::snapshot(tree.root());
    tree.file("/proc/sys/kernel/random/boot_id", "another\n");
    ASSERT_EQ(run(command, {k_gpu, "--persist", "--apply"}), 0) << err;
    EXPECT_THAT(out, testing::StartsWith("unchanged: "));
    tree.file("/proc/sys/kernel/random/boot_id", "boot\n");
  }
}

TEST_F(Persist, NowBindsNowAndAtBootOrNeither) {
  for (const auto* const driver : {"nvidia", "snd_hda_intel", "vfio-pci"}) kernel.add_driver(driver);
  kernel.prefer(k_gpu, "nvidia").prefer(k_audio, "snd_hda_intel");
  before = test::snapshot(tree.at("/sys"));
  int failures = 0;
  kernel.before_program = [&](const std::string& line) {  // which fails, and would not when it is undone
    if (!line.starts_with(k_update)) return;
    kernel.add_program(k_update, failures++ == 0 ? 1 : 0);
  };
  EXPECT_NE(run(bind, {"01:00", "--persist", "--apply", "--now"}), 0);
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << "it fails as a whole";
  ASSERT_EQ(run(bind, {"01:00", "--persist", "--apply", "--now"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
  EXPECT_EQ(kernel.driver(k_audio), "vfio-pci");
  EXPECT_EQ(listed_for_boot(kernel).size(), 2U);
  EXPECT_EQ(load_holds(kernel)->size(), 2U);
  ASSERT_EQ(run(unbind, {"--all"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  ASSERT_EQ(run(unbind, {"--all", "--persist", "--apply"}), 0) << err;
  EXPECT_TRUE(listed_for_boot(kernel).empty());
}

TEST_F(Persist, TheStepsAreInTheJsonToo) {
  ASSERT_EQ(run(bind, {k_gpu, "--persist", "--format", "json"}), 0) << err;
  const auto bound = core::Json::parse(out);
  EXPECT_EQ(bound.at("schema"), "gpupass.result/1");
  const auto& step = bound.at("remaining").at(0);
  EXPECT_EQ(step.at("program"), core::Json({k_update, "-u", "-k", "all"}));
  EXPECT_EQ(step.at("files").at(0).at("path"), k_list);
  EXPECT_THAT(step.at("files").at(0).at("text").get<std::string>(), HasSubstr("0000:01:00.0 0x10de 0x2330 "));
  ASSERT_EQ(run(bind, {k_gpu, "--persist", "--apply", "--format", "json"}), 0) << err;
  EXPECT_FALSE(core::Json::parse(out).contains("remaining"));
  ASSERT_EQ(run(unbind, {k_gpu, "--persist", "--format", "json"}), 0) << err;
  EXPECT_EQ(core::Json::parse(out).at("remaining").at(0).at("files").at(0).at("text"), nullptr);
}

TEST_F(Persist, APersonIsToldWhatIsLeftAndNoMore) {
  ASSERT_EQ(run(bind, {k_gpu, "--persist", "--apply"}), 0) << err;
  std::filesystem::remove(tree.at("/var/lib/gpupass/boot-files.json"));  // as if they had done it by hand
  std::filesystem::permissions(tree.at("/etc/initramfs-tools/hooks/gpupass"), std::filesystem::perms(0644));
  std::filesystem::permissions(tree.at(k_list), std::filesystem::perms(0600));
  ASSERT_EQ(run(bind, {k_gpu, "--persist"}), 0) << err;
  EXPECT_THAT(out, testing::AllOf(HasSubstr("     chmod 644 /etc/gpupass/boot-bindings\n"),
                                  HasSubstr("     chmod 755 /etc/initramfs-tools/hooks/gpupass\n"),
                                  HasSubstr("     /usr/sbin/update-initramfs -u -k all\n"),
                                  Not(HasSubstr("install -D")), Not(HasSubstr("change "))));
  ASSERT_EQ(run(bind, {k_gpu, "--persist", "--apply"}), 0) << err;
  EXPECT_THAT(kernel.programs(), testing::Contains("/usr/sbin/update-initramfs -u -k all").Times(2));
}

TEST_F(Persist, WhatAPersonIsToDoIsNotTakenAsDone) {
  ASSERT_EQ(run(bind, {k_gpu, "--persist", "--apply"}), 0) << err;
  const auto list = tree.text(k_list);
  ASSERT_EQ(run(unbind, {k_gpu, "--persist"}), 0) << err;  // and they do it, and make another initramfs
  ASSERT_EQ(run(bind, {k_gpu, "--persist"}), 0) << err;    // and copy the files again, and no more
  ASSERT_EQ(tree.text(k_list), list);
  ASSERT_EQ(run(bind, {k_gpu, "--persist", "--apply"}), 0) << err;
  EXPECT_THAT(kernel.programs(), testing::Contains("/usr/sbin/update-initramfs -u -k all").Times(2));
}

TEST_F(Persist, ACardIsBoundAndForgottenWithItsCompanionsUnlessOnlyItIsMeant) {
  ASSERT_EQ(run(bind, {"01:00.0", "--persist"}), 0) << err;
  EXPECT_EQ(read_boot_bindings(kernel)->readable.size(), 2U);
  ASSERT_EQ(run(unbind, {"01:00.0", "--persist", "--only"}), 0) << err;
  EXPECT_EQ(read_boot_bindings(kernel)->readable.size(), 1U) << "the sound is bound still";
  ASSERT_EQ(run(bind, {"01:00.0", "--persist", "--only"}), 0) << err;
  ASSERT_EQ(run(unbind, {"01:00.0", "--persist"}), 0) << err;
  EXPECT_THAT(read_boot_bindings(kernel)->readable, IsEmpty());
  ASSERT_EQ(run(bind, {"01:00.0", "--persist", "--only"}), 0) << err;
  EXPECT_EQ(read_boot_bindings(kernel)->readable.size(), 1U);
  EXPECT_THAT(out, HasSubstr("of the same card 0000:01:00.1 on snd_hda_intel stays"));
}

TEST_F(Persist, ApplyDoesThemAndUnbindTakesThemBack) {
  ASSERT_EQ(run(bind, {"01:00", "--persist", "--apply"}), 0) << err;
  EXPECT_THAT(kernel.programs(), ElementsAre("/usr/sbin/update-initramfs -u -k all"));
  EXPECT_EQ(listed_for_boot(kernel).size(), 2U);
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << "no driver is touched now";
  EXPECT_THAT(*load_journals(kernel), IsEmpty());
  const auto unit = tree.text("/etc/systemd/system/gpupass-boot.service");
  EXPECT_THAT(unit, HasSubstr("ExecStart=/bin/sh /etc/gpupass/boot-bind\n"));
  EXPECT_TRUE(kernel.exists("/etc/gpupass/boot-bind"));
  ASSERT_EQ(run(status, {}), 0);
  EXPECT_THAT(out, HasSubstr("from the next boot on"));

  ASSERT_EQ(run(unbind, {k_audio, "--persist", "--apply"}), 0) << err;
  EXPECT_THAT(listed_for_boot(kernel), ElementsAre(testing::Key(*parse_pci_address(k_gpu))));
  ASSERT_EQ(run(unbind, {"10de:2330", "--persist", "--apply"}), 0) << err;
  EXPECT_THAT(kernel.programs(), testing::SizeIs(3));
  EXPECT_FALSE(kernel.exists(k_list));
  EXPECT_FALSE(kernel.exists("/etc/systemd/system/gpupass-boot.service"));
  EXPECT_FALSE(kernel.exists("/etc/initramfs-tools/hooks/gpupass"));
  EXPECT_EQ(tree.text("/etc/default/grub"), "GRUB_TIMEOUT=5\n");
  EXPECT_THAT(read_boot_bindings(kernel)->readable, IsEmpty());
  ASSERT_EQ(run(status, {}), 0);
  EXPECT_EQ(out, "gpupass holds no device\n");
  EXPECT_EQ(run(unbind, {k_gpu, "--persist"}), 0) << err;
  EXPECT_THAT(out, testing::StartsWith("unchanged: "));
  EXPECT_EQ(run(unbind, {"09:00.0", "--persist"}), exit_code(ErrorKind::not_found));
}

TEST_F(Persist, AProgramThatFailsLeavesEverythingAsItWas) {
  kernel.add_program(k_update, 1);
  EXPECT_EQ(run(bind, {"01:00", "--persist", "--apply"}), exit_code(ErrorKind::partial))
      << "its undo runs the same program";
  EXPECT_THAT(err, HasSubstr("`/usr/sbin/update-initramfs -u -k all` ended with 1: it said no"));
  EXPECT_FALSE(kernel.exists(k_list));
  EXPECT_FALSE(kernel.exists("/etc/systemd/system/gpupass-boot.service"));
  EXPECT_THAT(read_boot_bindings(kernel)->readable, IsEmpty());
}

TEST_F(Persist, DryRunsAndRefusalsWriteNothing) {
  EXPECT_EQ(run(bind, {"01:00", "--persist", "--apply", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("run /usr/sbin/update-initramfs -u -k all"));
  EXPECT_EQ(run(bind, {k_screen, "--persist", "--apply"}), exit_code(ErrorKind::refused));
  EXPECT_THAT(err, testing::AllOf(HasSubstr("the firmware starts with 0000:00:02.0"),
                                  HasSubstr("gpupass.bind=off"), HasSubstr("--yes agrees")));
  EXPECT_EQ(run(bind, {k_gpu, "--persist", "--driver", "nouveau"}), exit_code(ErrorKind::usage));
  EXPECT_EQ(run(bind, {k_gpu, "--apply"}), exit_code(ErrorKind::usage));
  EXPECT_EQ(run(bind, {"--persist"}), exit_code(ErrorKind::usage));
  EXPECT_EQ(run(unbind, {"--persist"}), exit_code(ErrorKind::usage));
  EXPECT_EQ(run(unbind, {k_gpu, "--apply"}), exit_code(ErrorKind::usage));
  EXPECT_EQ(run(bind, {"0000:00:01.0", "--persist", "--yes"}), exit_code(ErrorKind::refused)) << "a bridge";
  expect_nothing_written();
}

TEST_F(Persist, WhatIsAgreedToIsDone) {
  EXPECT_EQ(run(bind, {k_screen, "--persist", "--yes"}), 0) << err;
  EXPECT_EQ(run(bind, {k_gpu, "--persist"}), exit_code(ErrorKind::refused)) << "that leaves none to the host";
  EXPECT_THAT(err, HasSubstr("no graphics card is left to the host"));
}

TEST_F(Persist, TurnsOnAnIommuThatTheKernelLeftOff) {
  std::filesystem::remove_all(tree.at("/sys/class/iommu"));
  for (const auto* const device : {"0000:00:01.0", k_screen, k_gpu, k_audio})
    tree.remove(std::string("/sys/bus/pci/devices/") + device + "/iommu_group");
  tree.file("/sys/firmware/acpi/tables/DMAR").dir("/etc/default/grub.d");
  tree.file("/usr/sbin/grub-mkconfig", "for x in /etc/default/grub.d/*.cfg ; do\n");
  kernel.add_program("/usr/sbin/update-grub");
  ASSERT_EQ(run(bind, {k_gpu, "--persist", "--apply"}), 0) << err;
  EXPECT_THAT(tree.text("/etc/default/grub.d/gpupass.cfg"), HasSubstr("intel_iommu=on"));
  EXPECT_THAT(kernel.programs(), testing::Contains("/usr/sbin/update-grub"));
  ASSERT_EQ(run(unbind, {k_gpu, "--persist", "--apply"}), 0) << err;
  EXPECT_FALSE(kernel.exists("/etc/default/grub.d/gpupass.cfg"));
}

TEST_F(Persist, StatusSaysWhatThisBootDid) {
  ASSERT_EQ(run(bind, {k_gpu, "--persist", "--apply"}), 0) << err;
  const std::vector<std::pair<std::string, std::string>> outcomes = {
      {"", "NOT bound at this boot: nothing ran"},
      {"bound", "  bound at this boot"},
      {"late nouveau", "NOT bound at this boot: nouveau took it first"},
      {"other 0x10de 0x2331", "NOT bound at this boot: another device is at this address"},
      {"absent", "NOT bound at this boot: nothing is at this address"},
      {"off", "not bound at this boot: gpupass.bind=off"},
      {"reserved", "vfio-pci did not take it"}};
  for (const auto& [outcome, meaning] : outcomes) {
    reboot(outcome);
    ASSERT_EQ(run(status, {}), 0);
    EXPECT_THAT(out, HasSubstr(meaning));
  }
  reboot("bound");
  ASSERT_EQ(run(status, {"--format", "json"}), 0);
  const auto json = core::Json::parse(out).at("at_boot").at(0);
  EXPECT_EQ(json.at("device"), k_gpu);
  EXPECT_EQ(json.at("ids"), "10de:2330");
  EXPECT_TRUE(json.at("set_up"));
  EXPECT_TRUE(json.at("bound_at_this_boot"));
  ASSERT_EQ(run(unbind, {k_gpu, "--persist"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("     rm /etc/systemd/system/gpupass-boot.service\n"));
  ASSERT_EQ(run(status, {}), 0);
  EXPECT_THAT(out, HasSubstr("forgotten, and still set up"));
  ASSERT_EQ(run(unbind, {k_gpu, "--persist", "--apply"}), 0) << err;
  EXPECT_FALSE(kernel.exists(k_list));
}

}  // namespace
}  // namespace gpupass::cli
