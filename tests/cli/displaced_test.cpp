// SPDX-License-Identifier: GPL-2.0-or-later
// Machines on which a held device is no longer where it was: a card was added and every bus number moved,
// twins changed places, a card was pulled, gpupass's state was lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "gpupass/cli/run.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass::cli {
namespace {

using test::k_audio;
using test::k_gpu;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

const auto k_first_bus = "pci0000:00/0000:00:01.0";
const auto k_second_bus = "pci0000:00/0000:00:02.0";

test::Function root_port(const std::string& address) {
  return {.address = address, .class_code = 0x060400, .driver = "pcieport", .group = 0};
}

test::Function gpu(const std::string& address, const std::string& bus, int group) {
  return {.address = address,
          .bus = bus,
          .class_code = 0x030000,
          .vendor = 0x10de,
          .device = 0x2330,
          .driver = "nvidia",
          .group = group,
          .boot_vga = 0};
}

test::Function audio(const std::string& address, const std::string& bus, int group) {
  return {.address = address,
          .bus = bus,
          .class_code = 0x040300,
          .vendor = 0x10de,
          .device = 0x22ba,
          .driver = "snd_hda_intel",
          .group = group};
}

test::Function disk(const std::string& address, const std::string& bus, int group) {
  return {.address = address,
          .bus = bus,
          .class_code = 0x010802,
          .vendor = 0x144d,
          .device = 0xa80a,
          .driver = "nvme",
          .group = group};
}

/// What recover does step by step, or would do: its lines without the outcome.
std::vector<std::string> lines_of_steps(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const bool is_outcome = line.starts_with("  undone: ") || line.starts_with("  finished: ");
    if (line.starts_with("  ") && !is_outcome) lines.push_back(line);
  }
  return lines;
}

/// A serial number where a gpupass that may read the whole configuration space finds it.
std::string config_with_serial(const std::string& serial) {
  std::string space(4096, '\0');
  space.replace(0x100, 4, std::string("\x03\0\x01\0", 4));
  space.replace(0x104, 8, serial);
  return space;
}

class Displaced : public testing::Test {
 protected:
  Displaced() {
    boot("first", {root_port("0000:00:01.0"), gpu(k_gpu, k_first_bus, 1), audio(k_audio, k_first_bus, 1)});
  }

  /// Starts the machine with these functions.
  void boot(const std::string& id, const std::vector<test::Function>& functions) {
    tree.remove("/sys").remove("/run");
    tree.file("/sys/bus/pci/drivers_probe").dir("/sys/module");
    tree.file("/proc/sys/kernel/random/boot_id", id + "\n");
    test::PciTree pci(tree.root());
    pci.add_iommu_unit("dmar0");
    for (const auto& function : functions) {
      pci.add(function);
      kernel.prefer(function.address, function.driver);
    }
    test::add_passthrough_kernel(tree);
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "nvme", "vfio-pci"})
      kernel.add_driver(driver);
  }
  /// A disk was put into the slot before the card: it has the card's number of a bus now.
  void boot_with_a_disk_before_the_card() {
    boot("second", {root_port("0000:00:00.4"), disk("0000:01:00.0", "pci0000:00/0000:00:00.4", 2),
                    root_port("0000:00:01.0"), gpu("0000:02:00.0", k_first_bus, 1),
                    audio("0000:02:00.1", k_first_bus, 1)});
  }

  int run(std::vector<std::string> words, const std::string& input = "") {
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::SharedHypervisor>(libvirt, others);
    };
    auto said = test::run_line({kernel, connect, test::source(), "fake:///"}, words,
                               {.columns = 2000, .typed = input});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }
  int hook(const std::string& operation) {
    return run({"hook", "run", "qemu", "vm1", operation, "begin", "-"}, libvirt.config());
  }
  /// What stands between the first two backticks behind `before`, as words without the program's name.
  static std::vector<std::string> command_in(const std::string& text, const std::string& before) {
    const auto from = text.find('`', text.find(before)) + 1;
    std::istringstream line(text.substr(from, text.find('`', from) - from));
    std::vector<std::string> words;
    for (std::string word; line >> word;) words.push_back(word);
    EXPECT_FALSE(words.empty()) << text;
    if (!words.empty()) words.erase(words.begin());
    return words;
  }
  std::size_t in_config() { return hostdev_functions(libvirt.config())->size(); }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", k_domain, ""};
  std::map<std::string, std::string> others;
  std::string out, err;
};

TEST_F(Displaced, ADiskAtTheCardsAddressIsNeitherBoundNorGiven) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  boot_with_a_disk_before_the_card();
  const auto before = test::snapshot(tree.at("/sys"));
  const auto config = libvirt.config();
  const auto holds = *load_holds(kernel);
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"hook", "check", "vm1"},
                                             {"attach", "vm1", "0000:01:00.0", "--yes"},
                                             {"attach", "vm1", "0000:01:00.0", "--dry-run"},
                                             {"bind", "0000:01:00.0", "--yes"},
                                             {"bind", "0000:01:00.0", "--dry-run", "--yes"}}) {
    EXPECT_EQ(run(words), 5) << testing::PrintToString(words) << err;
    EXPECT_THAT(
        err, AllOf(HasSubstr("0000:01:00.0: another device is at this address now: 144d:a80a"),
                   HasSubstr("(driver nvme)"), HasSubstr("gpupass took the 10de:2330"), HasSubstr("for vm1"),
                   HasSubstr("it is at 0000:02:00.0 now"), HasSubstr("nothing was changed")))
        << testing::PrintToString(words);
  }
  EXPECT_EQ(hook("prepare"), 5);
  EXPECT_THAT(err, AllOf(HasSubstr("144d:a80a"), HasSubstr("0000:01:00.1: no device is at this address now"),
                         HasSubstr("`gpupass attach vm1 0000:02:00.0 0000:02:00.1`")));
  EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << "libvirt shows one line";
  EXPECT_EQ(hook("release"), 0) << "libvirt calls it after a start that failed";
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_EQ(libvirt.config(), config);
  EXPECT_EQ(*load_holds(kernel), holds);
}

TEST_F(Displaced, StatusSaysWhatIsThereAndWhereItIsAndWhatMendsIt) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  boot_with_a_disk_before_the_card();
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("another device is at this address now: 144d:a80a"),
                         HasSubstr("it is at 0000:02:00.0 now"),
                         HasSubstr("`gpupass detach vm1 0000:01:00.0 0000:01:00.1`"),
                         HasSubstr("`gpupass attach vm1 0000:02:00.0 0000:02:00.1`")));
  ASSERT_EQ(run({"status", "--format", "json"}), 0);
  EXPECT_THAT(out, HasSubstr("\"there\": false"));
}

TEST_F(Displaced, TheCommandsThatArePrintedMendIt) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  boot_with_a_disk_before_the_card();
  const auto sysfs = test::snapshot(tree.at("/sys"));
  ASSERT_EQ(run({"hook", "check", "vm1"}), 5);
  const auto refusal = err;
  ASSERT_EQ(run(command_in(refusal, "nothing was changed")), 0) << err;
  EXPECT_THAT(out, HasSubstr("another device is at 0000:01:00.0 now, and was left alone"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), sysfs) << "no driver was touched";
  EXPECT_EQ(in_config(), 0U);
  EXPECT_THAT(*load_holds(kernel), IsEmpty());
  ASSERT_EQ(run(command_in(refusal, "; then ")), 0) << err;
  EXPECT_EQ(kernel.driver("0000:02:00.0"), "vfio-pci");
  EXPECT_EQ(kernel.driver("0000:01:00.0"), "nvme");
  EXPECT_EQ(run({"hook", "check", "vm1"}), 0) << err;
  EXPECT_EQ(hook("prepare"), 0) << err;
}

TEST_F(Displaced, OfASharedCardEachDomainHasItsCommands) {
  others["vm2"] =
      "<domain><name>vm2</name><devices><hostdev mode='subsystem' type='pci'><source><address domain='0' "
      "bus='1' slot='0' function='0'/></source></hostdev></devices></domain>";
  ASSERT_EQ(run({"attach", "vm1", k_gpu, "--only", "--with", k_audio, "--shared"}), 0) << err;
  ASSERT_TRUE(remove_hold(kernel, parse_pci_address(k_audio).value()));
  boot_with_a_disk_before_the_card();
  ASSERT_EQ(run({"hook", "check", "vm1"}), 5);
  EXPECT_THAT(err, AllOf(HasSubstr("gpupass took the 10de:2330 that was there for vm1 and vm2"),
                         HasSubstr("`gpupass detach vm1 0000:01:00.0` and `gpupass detach vm2 0000:01:00.0` "
                                   "forget the former device and leave what is there now alone; then "
                                   "`gpupass attach vm1 0000:02:00.0` and `gpupass attach vm2 0000:02:00.0 "
                                   "--shared`")));
}

TEST_F(Displaced, ABoundDeviceThatMovedIsForgottenWhereItWas) {
  ASSERT_EQ(run({"bind", "01:00.0", "01:00.1"}), 0) << err;
  boot_with_a_disk_before_the_card();
  const auto sysfs = test::snapshot(tree.at("/sys"));
  ASSERT_EQ(run({"bind", "01:00.0", "--yes"}), 5);
  EXPECT_THAT(err, HasSubstr("`gpupass unbind 0000:01:00.0`"));
  ASSERT_EQ(run({"unbind", "0000:01:00.0", "0000:01:00.1"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.0 forgotten"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), sysfs);
  EXPECT_THAT(*load_holds(kernel), IsEmpty());
}

TEST_F(Displaced, WhatBindTookAndADomainGotIsForgottenByDetach) {
  ASSERT_EQ(run({"bind", k_gpu}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  auto disk_now = disk("0000:01:00.0", "pci0000:00/0000:00:00.4", 2);
  disk_now.driver = "vfio-pci";  // of an administrator
  boot("second", {root_port("0000:00:00.4"), disk_now, root_port("0000:00:01.0"),
                  gpu("0000:02:00.0", k_first_bus, 1), audio("0000:02:00.1", k_first_bus, 1)});
  ASSERT_EQ(run({"detach", "vm1", "0000:01:00.0", "0000:01:00.1"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("another device is at 0000:01:00.0 now, and was left alone"),
                         Not(HasSubstr("stays on vfio-pci"))));
  EXPECT_THAT(*load_holds(kernel), IsEmpty());
  EXPECT_EQ(kernel.driver("0000:01:00.0"), "vfio-pci");
}

TEST_F(Displaced, ACardThatWasPulledIsSaidToBeGone) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  boot("second", {root_port("0000:00:01.0")});
  EXPECT_EQ(run({"hook", "check", "vm1"}), 5);
  EXPECT_THAT(
      err, AllOf(HasSubstr("no device is at this address now"), HasSubstr("no 10de:2330 is in this machine"),
                 HasSubstr("`gpupass detach vm1 0000:01:00.0 0000:01:00.1`"), Not(HasSubstr("then `"))));
  ASSERT_EQ(run({"detach", "vm1", "0000:01:00.0", "0000:01:00.1"}), 0) << err;
  EXPECT_EQ(in_config(), 0U);
  EXPECT_THAT(*load_holds(kernel), IsEmpty());
}

TEST_F(Displaced, TwinsWhoseBusesMovedAreNotTakenForEachOther) {
  boot("first", {root_port("0000:00:01.0"), gpu("0000:01:00.0", k_first_bus, 1), root_port("0000:00:02.0"),
                 gpu("0000:02:00.0", k_second_bus, 2)});
  ASSERT_EQ(run({"attach", "vm1", "0000:02:00.0"}), 0) << err;
  boot("second", {root_port("0000:00:00.4"), disk("0000:01:00.0", "pci0000:00/0000:00:00.4", 3),
                  root_port("0000:00:01.0"), gpu("0000:02:00.0", k_first_bus, 1), root_port("0000:00:02.0"),
                  gpu("0000:03:00.0", k_second_bus, 2)});
  EXPECT_EQ(hook("prepare"), 5);
  EXPECT_THAT(err,
              AllOf(HasSubstr("in another slot (0000:00/01.0/00.0, not 0000:00/02.0/00.0)"),
                    HasSubstr("it is at 0000:03:00.0 now"), HasSubstr("`gpupass attach vm1 0000:03:00.0`")));
  EXPECT_EQ(kernel.driver("0000:02:00.0"), "nvidia");
}

TEST_F(Displaced, TwinsThatWereSwappedAreToldByTheirSerialNumbers) {
  const auto twins = [this](const char* id, const std::string& first, const std::string& second) {
    boot(id, {root_port("0000:00:01.0"), gpu("0000:01:00.0", k_first_bus, 1), root_port("0000:00:02.0"),
              gpu("0000:02:00.0", k_second_bus, 2)});
    tree.file("/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/config", config_with_serial(first));
    tree.file("/sys/devices/pci0000:00/0000:00:02.0/0000:02:00.0/config", config_with_serial(second));
  };
  twins("first", "AAAAAAAA", "BBBBBBBB");
  ASSERT_EQ(run({"attach", "vm1", "0000:01:00.0"}), 0) << err;
  twins("second", "AAAAAAAA", "BBBBBBBB");
  EXPECT_EQ(run({"hook", "check", "vm1"}), 0) << err;
  twins("third", "BBBBBBBB", "AAAAAAAA");
  EXPECT_EQ(run({"hook", "check", "vm1"}), 5);
  EXPECT_THAT(err, AllOf(HasSubstr("with another serial number"), HasSubstr("it is at 0000:02:00.0 now"),
                         HasSubstr("`gpupass attach vm1 0000:02:00.0`")));
}

TEST_F(Displaced, InOneBootAnotherDeviceThatWasPluggedInIsSeenToo) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  // Hot-plug: the card's slot has a disk, and the boot is the same.
  boot("first", {root_port("0000:00:01.0"), disk("0000:01:00.0", k_first_bus, 1)});
  const auto sysfs = test::snapshot(tree.at("/sys"));
  EXPECT_EQ(hook("prepare"), 5);
  ASSERT_EQ(run({"detach", "vm1", "--all"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), sysfs);
  EXPECT_EQ(kernel.driver("0000:01:00.0"), "nvme");
  EXPECT_THAT(*load_holds(kernel), IsEmpty());
}

TEST_F(Displaced, WithoutARecordNoStartIsAllowedAndAttachRecordsAgain) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  tree.remove("/var/lib/gpupass");
  EXPECT_EQ(run({"hook", "check", "vm1"}), 5);
  EXPECT_THAT(err, AllOf(HasSubstr("gpupass has no record of 0000:01:00.0 and 0000:01:00.1 in vm1"),
                         HasSubstr("10de:2330")));
  const auto refusal = err;
  EXPECT_EQ(hook("prepare"), 5);
  ASSERT_EQ(run(command_in(refusal, "nothing was changed")), 0) << err;
  EXPECT_EQ(run({"hook", "check", "vm1"}), 0) << err;
  EXPECT_EQ(in_config(), 2U);
  tree.remove("/var/lib/gpupass");
  ASSERT_EQ(run(command_in(refusal, "what is there now; ")), 0) << err;
  EXPECT_EQ(in_config(), 0U);
}

TEST_F(Displaced, RecoverWritesNothingToTheDeviceThatIsThereNow) {
  struct PowerCut {};
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"attach", "vm1", k_gpu}, {"unbind", "01:00"}}) {
    boot("first", {root_port("0000:00:01.0"), gpu(k_gpu, k_first_bus, 1), audio(k_audio, k_first_bus, 1)});
    tree.remove("/var/lib/gpupass");
    libvirt.set_config(k_domain);
    if (words.front() == "unbind") {
      ASSERT_EQ(run({"bind", "01:00.0", "01:00.1"}), 0) << err;
    }
    const auto first = kernel.writes().size();
    kernel.before_write = [&](std::size_t count) {
      if (count == first + 2) throw PowerCut{};
    };
    EXPECT_THROW(run(words), PowerCut);
    kernel.before_write = nullptr;
    ASSERT_EQ(load_journals(kernel)->size(), 1U);
    boot_with_a_disk_before_the_card();
    const auto sysfs = test::snapshot(tree.at("/sys"));
    ASSERT_EQ(run({"recover", "--dry-run"}), 0) << words.front() << err;
    const auto foreseen = lines_of_steps(out);
    ASSERT_EQ(run({"recover"}), 0) << words.front() << err;
    EXPECT_THAT(out, HasSubstr("left alone: 0000:01:00.0"));
    EXPECT_EQ(lines_of_steps(out), foreseen) << "a dry run says what the run does";
    EXPECT_EQ(test::snapshot(tree.at("/sys")), sysfs) << words.front();
    EXPECT_THAT(*load_journals(kernel), IsEmpty());
    EXPECT_THAT(*load_holds(kernel), IsEmpty());
  }
}

TEST_F(Displaced, AHoldOfTheFirstSchemaIsReadAndCompletedWithTheNextCommand) {
  tree.file(
      "/var/lib/gpupass/holds/0000:01:00.0.json",
      "{\"schema\":\"gpupass.hold/1\",\"device\":\"0000:01:00.0\",\"vendor\":4318,\"device_id\":9008,"
      "\"original_driver\":\"nvidia\",\"original_override\":\"\",\"bound\":true,\"domain\":\"\",\"uri\":"
      "\"\",\"since\":\"2026-01-01T00:00:00Z\",\"boot_id\":\"first\"}\n");
  ASSERT_EQ(run({"bind", "01:00.0", "01:00.1"}), 0) << err;
  const auto hold = load_hold(kernel, parse_pci_address(k_gpu).value()).value().value();
  EXPECT_EQ(hold.identity.place, "0000:00/01.0/00.0");
  EXPECT_EQ(hold.original_driver, "nvidia");
  boot_with_a_disk_before_the_card();
  EXPECT_EQ(run({"bind", "01:00.0", "--yes"}), 5) << err;
}

TEST_F(Displaced, ABindingAtBootIsLookedForToo) {
  tree.file("/lib/systemd/systemd");
  ASSERT_EQ(run({"bind", "--persist", "--apply", "--yes", "01:00.0", "--only"}), 0) << err;
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, Not(HasSubstr("another device")));
  boot_with_a_disk_before_the_card();
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("another device is at this address now: 144d:a80a"),
                         HasSubstr("it is at 0000:02:00.0 now"),
                         HasSubstr("`gpupass unbind --persist --apply 0000:01:00.0`"),
                         HasSubstr("`gpupass bind --persist --apply 0000:02:00.0`")));
}

/// What a person agreed to for the card is not agreed to for the disk that is there now.
TEST_F(Displaced, ABindingAtBootIsNotRenewedForAnotherDevice) {
  tree.file("/lib/systemd/systemd");
  ASSERT_EQ(run({"bind", "--persist", "--apply", "--yes", "01:00.0", "--only"}), 0) << err;
  boot_with_a_disk_before_the_card();
  const auto etc = test::snapshot(tree.at("/etc"));
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"bind", "--persist", "--apply", "--yes", "01:00.0"},
                                             {"bind", "--persist", "--dry-run", "01:00.0"}}) {
    EXPECT_EQ(run(words), 5);
    EXPECT_THAT(err,
                AllOf(HasSubstr("0000:01:00.0 is bound at each boot, and another device is at this "
                                "address now: 144d:a80a"),
                      HasSubstr("not the 10de:2330 that was named"), HasSubstr("it is at 0000:02:00.0 now"),
                      HasSubstr("`gpupass unbind --persist --apply 0000:01:00.0` forgets it, then "
                                "`gpupass bind --persist --apply 0000:02:00.0`")));
    EXPECT_EQ(test::snapshot(tree.at("/etc")), etc);
  }
  // What mends it does, and the address is free for what is there.
  ASSERT_EQ(run({"unbind", "--persist", "--apply", "0000:01:00.0"}), 0) << err;
  ASSERT_EQ(run({"bind", "--persist", "--apply", "--yes", "0000:02:00.0", "--only"}), 0) << err;
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, Not(HasSubstr("another device")));
}

// ---- what the hook binds for a start -------------------------------------------------------------

class Loan : public Displaced {
 protected:
  /// As a boot leaves it: held for vm1 and on its host drivers.
  Loan() {
    EXPECT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
    boot("second", {root_port("0000:00:01.0"), gpu(k_gpu, k_first_bus, 1), audio(k_audio, k_first_bus, 1)});
  }
  [[nodiscard]] std::string drivers() const { return kernel.driver(k_gpu) + " " + kernel.driver(k_audio); }
};

TEST_F(Loan, IsWrittenDownAndReturnedAtTheEnd) {
  ASSERT_EQ(hook("prepare"), 0) << err;
  EXPECT_EQ(drivers(), "vfio-pci vfio-pci");
  EXPECT_THAT(*load_holds(kernel), testing::Each(testing::Field(&Hold::lent_to, "vm1")));
  ASSERT_EQ(run({"status"}), 0);
  EXPECT_THAT(out, HasSubstr("bound until vm1 ends"));
  EXPECT_FALSE(kernel.exists("/run/gpupass/hook"));
  ASSERT_EQ(hook("release"), 0) << err;
  EXPECT_EQ(drivers(), "nvidia snd_hda_intel");
  EXPECT_THAT(*load_holds(kernel),
              AllOf(testing::SizeIs(2), testing::Each(testing::Field(&Hold::lent_to, ""))));
}

TEST_F(Loan, OfAHookThatWasKilledDoesNotOutliveAnAttach) {
  ASSERT_EQ(hook("prepare"), 0) << err;  // and nobody called it for the end
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  ASSERT_EQ(hook("prepare"), 0) << err;
  ASSERT_EQ(hook("release"), 0) << err;
  EXPECT_EQ(drivers(), "vfio-pci vfio-pci") << "attach keeps it bound";
  EXPECT_THAT(*load_holds(kernel), testing::SizeIs(2));
}

TEST_F(Loan, KilledAnywhereIsUndoneByRecover) {
  struct Kill {};
  const auto before = test::snapshot(tree.at("/sys"));
  const auto holds = *load_holds(kernel);
  const auto first = kernel.writes().size();
  std::size_t points = 0;
  for (std::size_t at = 0;; ++at) {
    const auto so_far = kernel.writes().size();
    kernel.before_write = [&](std::size_t count) {
      if (count == so_far + at) throw Kill{};
    };
    bool killed = false;
    try {
      EXPECT_EQ(hook("prepare"), 0) << err;
    } catch (const Kill&) {
      killed = true;
    }
    kernel.before_write = nullptr;
    if (!killed) break;
    ++points;
    EXPECT_NE(run({"attach", "vm1", k_gpu}), 0) << "not before recover";
    ASSERT_EQ(run({"recover"}), 0) << err;
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << at;
    EXPECT_EQ(*load_holds(kernel), holds) << at;
  }
  EXPECT_GE(points, 6U);
  EXPECT_GT(kernel.writes().size(), first);
}

TEST_F(Loan, RecoverReturnsWhatNobodyReturned) {
  ASSERT_EQ(hook("prepare"), 0) << err;
  ASSERT_EQ(run({"recover", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("would return 0000:01:00.0 and 0000:01:00.1"));
  EXPECT_EQ(drivers(), "vfio-pci vfio-pci");
  ASSERT_EQ(run({"recover", "--format", "json"}), 0) << err;
  EXPECT_THAT(out, testing::StartsWith("{"));
  EXPECT_EQ(drivers(), "nvidia snd_hda_intel");
  EXPECT_THAT(*load_holds(kernel), testing::Each(testing::Field(&Hold::lent_to, "")));
  ASSERT_EQ(run({"recover"}), 0);
  EXPECT_EQ(out, "nothing was left unfinished\n");
}

TEST_F(Loan, RecoverLeavesTheCardOfARunningGuest) {
  ASSERT_EQ(hook("prepare"), 0) << err;
  ASSERT_TRUE(libvirt.start("vm1"));
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_EQ(out, "nothing was left unfinished\n");
  EXPECT_EQ(drivers(), "vfio-pci vfio-pci");
}

TEST_F(Loan, DoesNotOutlastABoot) {
  ASSERT_EQ(hook("prepare"), 0) << err;
  boot("third", {root_port("0000:00:01.0"), gpu(k_gpu, k_first_bus, 1), audio(k_audio, k_first_bus, 1)});
  ASSERT_EQ(run({"bind", "01:00.0", "01:00.1"}), 0) << err;
  auto hold = load_hold(kernel, parse_pci_address(k_gpu).value()).value().value();
  hold.lent_to = "vm1";  // as the power cut left it
  ASSERT_TRUE(save_hold(kernel, hold));
  ASSERT_EQ(hook("release"), 0) << err;
  EXPECT_EQ(drivers(), "vfio-pci vfio-pci") << "who bound it in this boot keeps it";
}

TEST_F(Loan, GoesBackToTheDriverThatTheCardHadBeforeTheStart) {
  tree.remove("/sys/bus/pci/drivers/nvidia/0000:01:00.0").remove("/sys/bus/pci/devices/0000:01:00.0/driver");
  kernel.add_driver("nouveau").prefer(k_gpu, "nouveau");
  ASSERT_TRUE(kernel.write({"/sys/bus/pci/drivers_probe", k_gpu, std::chrono::seconds(1)}));
  ASSERT_EQ(hook("prepare"), 0) << err;
  ASSERT_EQ(hook("release"), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nouveau");
}

}  // namespace
}  // namespace gpupass::cli
