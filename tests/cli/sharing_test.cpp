// SPDX-License-Identifier: GPL-2.0-or-later
// Cards that several domains have by turns, and cards that the host has while their domain is off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "gpupass/cli/run.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_kernel.hpp"
#include "support/faulty_libvirt.hpp"
#include "support/golden.hpp"

namespace gpupass::cli {
namespace {

using test::k_audio;
using test::k_gpu;
using testing::AllOf;
using testing::ContainsRegex;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ResultOf;
using Words = std::vector<std::string>;

std::string domain(const std::string& name, const std::string& more = "") {
  return "<domain type='kvm'><name>" + name +
         "</name><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>"
         "<controller type='pci' index='0' model='pcie-root'/>"
         "<controller type='pci' index='1' model='pcie-root-port'/>"
         "<controller type='pci' index='2' model='pcie-root-port'/></devices>" +
         more + "</domain>";
}

/// A desktop with one card, and a libvirt with two domains that are off.
class Sharing : public testing::Test {
 protected:
  Sharing() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    test::add_passthrough_kernel(tree);
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "vfio-pci"}) kernel.add_driver(driver);
    kernel.prefer(k_gpu, "nvidia").prefer(k_audio, "snd_hda_intel");
    before = test::snapshot(tree.at("/sys"));
  }

  /// What is connected to: the same libvirt over each URI that a test does not give one of its own.
  test::LibvirtDomains& domains_at(const std::string& uri) {
    const auto own = elsewhere.find(uri);
    return own != elsewhere.end() ? own->second : domains;
  }

  int run(const Words& words, const std::string& input = "") {
    const auto connect = [this](const std::string& uri,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::FaultyLibvirt>(domains_at(uri), kernel, uri);
    };
    auto said = test::run_line({kernel, connect, test::source(), "fake:///"}, words,
                               {.columns = 400, .typed = input});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }
  /// libvirt asks the hook.
  int hook(const std::string& operation, const std::string& vm) {
    return run({"hook", "run", "qemu", vm, operation, "begin", "-"}, domains.at(vm).config);
  }

  [[nodiscard]] std::size_t devices_in(const std::string& vm) const {
    return hostdev_functions(domains.at(vm).config)->size();
  }
  void expect_held_for(const Words& names) {
    EXPECT_THAT(*load_holds(kernel), Each(ResultOf(owner_names, names)));
    EXPECT_EQ(load_holds(kernel)->size(), names.empty() ? 0U : 2U);
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::LibvirtDomains domains{{"vm1", {domain("vm1"), ""}}, {"vm2", {domain("vm2"), ""}}};
  std::map<std::string, test::LibvirtDomains> elsewhere;
  std::string before, out, err;
};

TEST_F(Sharing, ASecondAttachIsRefusedAndNamesTheOption) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  for (const auto& words : {Words{"attach", "vm2", "01:00.0"}, {"attach", "vm2", "01:00.0", "--dry-run"}}) {
    EXPECT_EQ(run(words), 6);
    EXPECT_THAT(err, AllOf(HasSubstr("0000:01:00.0 belongs to vm1"), HasSubstr("nothing was changed"),
                           HasSubstr("`gpupass detach vm1 0000:01:00.0` returns it first"),
                           HasSubstr("add --shared to let vm2 and vm1 take turns")));
  }
  EXPECT_EQ(domains.at("vm2").config, domain("vm2"));
  expect_held_for({"vm1"});
}

TEST_F(Sharing, TwoDomainsHaveOneCardByTurns) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  const auto bound = test::snapshot(tree.at("/sys"));
  ASSERT_EQ(run({"attach", "vm2", "01:00.0", "--shared"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("vm2 has 0000:01:00.0 and 0000:01:00.1 (from its next start on), in turn with "
                             "vm1"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), bound);
  EXPECT_EQ(devices_in("vm1"), 2U);
  EXPECT_EQ(devices_in("vm2"), 2U);
  expect_held_for({"vm1", "vm2"});

  for (const auto* const vm : {"vm1", "vm2"}) {  // what was agreed to once is not asked again
    ASSERT_EQ(run({"attach", vm, "01:00.0"}), 0) << err;
    EXPECT_THAT(out, HasSubstr("unchanged"));
  }
  ASSERT_EQ(run({"unbind", "01:00.0"}), 6);
  EXPECT_THAT(err, HasSubstr("belongs to vm1 and vm2"));

  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.0 and 0000:01:00.1 stay on vfio-pci for vm2"));
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
  EXPECT_EQ(devices_in("vm1"), 0U);
  EXPECT_EQ(devices_in("vm2"), 2U);
  expect_held_for({"vm2"});

  ASSERT_EQ(run({"detach", "vm2", "01:00.0"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  expect_held_for({});
}

TEST_F(Sharing, StatusAndItsJsonNameAllDomains) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm2", "01:00.0", "--shared"}), 0) << err;
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, ContainsRegex("0000:01:00.0 +vfio-pci +nvidia +vm1 .off., vm2 .off. "));
  ASSERT_EQ(run({"status", "--format", "json"}), 0) << err;
  const auto device = core::Json::parse(out).at("devices").at(0);
  EXPECT_EQ(device.at("domain"), "vm1");
  EXPECT_EQ(device.at("shared_with"), core::Json::parse(R"([{"domain": "vm2", "uri": "fake:///"}])"));
}

TEST_F(Sharing, TheStartOfTheSecondIsRefusedWhileTheFirstHasTheCardOpen) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm2", "01:00.0", "--shared"}), 0) << err;
  EXPECT_EQ(hook("prepare", "vm2"), 0) << err;
  const auto quiet = kernel.writes().size();
  tree.file("/proc/4711/comm", "qemu-system-x86\n").link("/proc/4711/fd/3", "/dev/vfio/1");
  EXPECT_EQ(hook("prepare", "vm2"), 5);
  EXPECT_THAT(err, AllOf(HasSubstr("0000:01:00.0"), HasSubstr("pid 4711")));
  EXPECT_EQ(run({"hook", "check", "vm2"}), 5);
  EXPECT_EQ(hook("release", "vm2"), 0) << "libvirt says it of a start that was refused, too";
  EXPECT_EQ(kernel.writes().size(), quiet);
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
}

TEST_F(Sharing, ADomainThatLibvirtAloneKnowsOfIsSharedWithAsWell) {
  ASSERT_EQ(run({"attach", "vm2", "01:00.0"}), 0) << err;
  for (const auto* const function : {k_gpu, k_audio})
    ASSERT_TRUE(remove_hold(kernel, parse_pci_address(function).value()));
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), 6);
  EXPECT_THAT(err, AllOf(HasSubstr("0000:01:00.0 is in the configuration of vm2"),
                         HasSubstr("add --shared to let vm1 and vm2 take turns")));
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--shared"}), 0) << err;
  expect_held_for({"vm1", "vm2"});
}

TEST_F(Sharing, TheCardOfARunningGuestIsSharedFromTheNextStartOn) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  domains.at("vm1").live = domains.at("vm1").config;
  tree.file("/proc/4711/comm", "qemu-system-x86\n").link("/proc/4711/fd/3", "/dev/vfio/1");
  domains.at("vm2").live = domains.at("vm2").config;
  EXPECT_EQ(run({"attach", "vm2", "01:00.0", "--shared"}), 6);
  EXPECT_THAT(err, AllOf(HasSubstr("0000:01:00.0 is in the running guest vm1, and vm2 is running, too"),
                         HasSubstr("add --config")));
  expect_held_for({"vm1"});
  ASSERT_EQ(run({"attach", "vm2", "01:00.0", "--shared", "--config"}), 0) << err;
  expect_held_for({"vm1", "vm2"});
  EXPECT_TRUE(hostdev_functions(domains.at("vm2").live)->empty());
}

TEST_F(Sharing, ACopyOfADomainStartsOnceWhatTheHookPrintsWasDone) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  domains["vm3"] = domains.at("vm1");
  ASSERT_EQ(hook("prepare", "vm3"), 5);
  EXPECT_THAT(err, HasSubstr("`gpupass attach vm3 0000:01:00.0 0000:01:00.1 --config --shared`"));
  ASSERT_EQ(run({"attach", "vm3", k_gpu, k_audio, "--config", "--shared"}), 0) << err;
  expect_held_for({"vm1", "vm3"});
  EXPECT_EQ(hook("prepare", "vm3"), 0) << err;

  domains["vm4"] = domains.at("vm3");  // renamed
  domains.erase("vm3");
  ASSERT_EQ(hook("prepare", "vm4"), 5);
  ASSERT_EQ(run({"attach", "vm4", k_gpu, k_audio, "--config", "--shared"}), 0) << err;
  expect_held_for({"vm1", "vm4"});
}

TEST_F(Sharing, WhatDoesNotWaitIsRefusedAllTheSame) {
  domains.at("vm2").config = domain("vm2",
                                    "<qemu:commandline><qemu:arg value='-device'/><qemu:arg "
                                    "value='vfio-pci,host=01:00.0'/></qemu:commandline>");
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--shared", "--yes"}), 6);
  EXPECT_THAT(err, HasSubstr("0000:01:00.0 is in the configuration of vm2 through <qemu:commandline>"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(Sharing, TheSameNameOnAnotherConnectionIsAnotherDomain) {
  elsewhere["other:///"] = {{"vm1", {domain("vm1"), ""}}};
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--connect", "other:///"}), 6);
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--connect", "other:///", "--shared"}), 0) << err;
  expect_held_for({"vm1 (fake:///)", "vm1 (other:///)"});
  ASSERT_EQ(run({"unbind", "01:00.0"}), 6);
  EXPECT_THAT(err, HasSubstr("`gpupass detach vm1 0000:01:00.0 --connect other:///`"));

  ASSERT_EQ(run({"detach", "vm1", "--all"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
  EXPECT_EQ(hostdev_functions(elsewhere.at("other:///").at("vm1").config)->size(), 2U);
  EXPECT_THAT(*load_holds(kernel),
              Each(testing::Field(&Hold::owners, ElementsAre(testing::Field(&Owner::where, "other:///")))));
}

TEST_F(Sharing, AnotherSpellingOfTheConnectionIsTheSameDomain) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--connect", "fake+unix:///"}), 0) << err;
  expect_held_for({"vm1"});
  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  expect_held_for({});
}

TEST_F(Sharing, TheLastThatIsLeftReturnsTheCardWhereTheOthersAreGone) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm2", "01:00.0", "--shared"}), 0) << err;
  domains.erase("vm1");  // undefined: gpupass hears nothing of it
  ASSERT_EQ(run({"detach", "vm2", "01:00.0"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  expect_held_for({});
}

TEST_F(Sharing, WhatIsPrintedOfAnotherDeviceAtTheAddressMendsItForAllDomains) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm2", "01:00.0", "--shared"}), 0) << err;
  for (const auto* const function : {k_gpu, k_audio}) {
    const auto folder = std::string("/sys/bus/pci/devices/") + function;
    tree.remove(folder + "/modalias").file(folder + "/device", "0x9999\n");
  }
  const auto sys = test::snapshot(tree.at("/sys"));
  ASSERT_EQ(run({"hook", "check", "vm1"}), 5);
  const auto said = err;
  for (const auto* const vm : {"vm1", "vm2"}) {
    const auto command = fmt::format("gpupass detach {} {} {}", vm, k_gpu, k_audio);
    EXPECT_THAT(said, HasSubstr("`" + command + "`"));
    ASSERT_EQ(run({"detach", vm, k_gpu, k_audio}), 0) << err;
    EXPECT_EQ(devices_in(vm), 0U);
  }
  expect_held_for({});
  EXPECT_EQ(test::snapshot(tree.at("/sys")), sys) << "no driver was touched";
}

// ---- lent ----------------------------------------------------------------------------------------

/// With gpupass's hook among libvirt's.
class Lending : public Sharing {
 protected:
  Lending() {
    EXPECT_EQ(run({"hook", "install"}), 0) << err;
    before = test::snapshot(tree.at("/sys"));
  }
  void expect_refused(const Words& words, const std::string& why, const std::string& helps) {
    const auto sys = test::snapshot(tree.at("/sys"));
    const auto holds = *load_holds(kernel);
    const auto config = domains.at("vm1").config;
    EXPECT_EQ(run(words), 5) << why;
    EXPECT_THAT(err, AllOf(HasSubstr(why), HasSubstr("nothing was changed"), HasSubstr(helps)));
    EXPECT_EQ(test::snapshot(tree.at("/sys")), sys) << why;
    EXPECT_EQ(*load_holds(kernel), holds) << why;
    EXPECT_EQ(domains.at("vm1").config, config) << why;
  }
  const Words k_lend{"attach", "vm1", "01:00.0", "--lend"};
};

TEST_F(Sharing, NothingIsLentWithoutTheHook) {
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--lend"}), 5);
  EXPECT_THAT(err, AllOf(HasSubstr("/etc/libvirt/hooks/qemu.d/gpupass is not installed"),
                         HasSubstr("`gpupass hook install` installs it")));
  tree.file("/etc/libvirt/hooks/qemu.d/gpupass", "#!/bin/sh\necho mine\n");
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--lend", "--dry-run"}), 5);
  EXPECT_THAT(err, HasSubstr("another program's"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  expect_held_for({});
}

/// A libvirt that was built with another prefix looks in a folder of its own.
TEST_F(Sharing, TheHookIsFoundWhereItWasInstalled) {
  const Words lend{"attach", "vm1", "01:00.0", "--lend", "--dry-run"};
  ASSERT_EQ(run({"hook", "install", "--hooks", "/usr/local/etc/libvirt/hooks"}), 0) << err;
  EXPECT_TRUE(kernel.exists("/usr/local/etc/libvirt/hooks/qemu.d/gpupass"));
  EXPECT_EQ(run(lend), 0) << err;
  EXPECT_EQ(run({"hook", "status"}), 0) << out;
  ASSERT_EQ(run({"hook", "uninstall"}), 0) << err;
  EXPECT_FALSE(kernel.exists("/usr/local/etc/libvirt/hooks/qemu.d/gpupass"));
  EXPECT_EQ(run(lend), 5);
  EXPECT_THAT(err, HasSubstr("/etc/libvirt/hooks/qemu.d/gpupass is not installed"));
}

/// Before 6.5 libvirt calls one program, which somebody may have made of gpupass's, or of another's.
TEST_F(Sharing, TheHookMayHaveTheNameThatOlderLibvirtCalls) {
  const Words lend{"attach", "vm1", "01:00.0", "--lend", "--dry-run"};
  tree.file("/etc/libvirt/hooks/qemu", "#!/bin/sh\necho mine\n");
  EXPECT_EQ(run(lend), 5);
  EXPECT_THAT(err, HasSubstr("qemu.d/gpupass is not installed (/etc/libvirt/hooks/qemu exists, and is not "
                             "gpupass's)"));
  ASSERT_EQ(run({"hook", "install"}), 0) << err;
  tree.file("/etc/libvirt/hooks/qemu", tree.text("/etc/libvirt/hooks/qemu.d/gpupass"))
      .remove("/etc/libvirt/hooks/qemu.d/gpupass");
  EXPECT_EQ(run(lend), 0) << err;
}

TEST_F(Lending, TheHostHasTheCardUntilTheStartAndAfterTheEnd) {
  ASSERT_EQ(run(k_lend), 0) << err;
  EXPECT_THAT(out, HasSubstr("(from its next start on); the host has them while no guest does"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << "nothing was bound";
  EXPECT_EQ(devices_in("vm1"), 2U);
  ASSERT_EQ(run({"status"}), 0);
  EXPECT_THAT(out, HasSubstr("on its host driver until vm1 starts"));
  ASSERT_EQ(run(k_lend), 0) << err;
  EXPECT_THAT(out, HasSubstr("unchanged"));

  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(hook("prepare", "vm1"), 0) << err;
    EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
    EXPECT_EQ(kernel.driver(k_audio), "vfio-pci");
    ASSERT_EQ(run({"status"}), 0);
    EXPECT_THAT(out, HasSubstr("bound until vm1 ends"));
    ASSERT_EQ(hook("release", "vm1"), 0) << err;
    EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
    EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel");
  }
  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  expect_held_for({});
}

TEST_F(Lending, ALentCardOfARunningGuestIsLentAlready) {
  ASSERT_EQ(run(k_lend), 0) << err;
  ASSERT_EQ(hook("prepare", "vm1"), 0) << err;
  domains.at("vm1").live = domains.at("vm1").config;
  ASSERT_EQ(run(k_lend), 0) << err;
  EXPECT_THAT(out, HasSubstr("unchanged"));
}

TEST_F(Lending, ACardThatWasKeptBoundGoesBackWhenItIsLentAndTheReverse) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run(k_lend), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_TRUE(load_holds(kernel).value().front().lend);
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
  EXPECT_FALSE(load_holds(kernel).value().front().lend);
}

TEST_F(Lending, WhatIsOpenIsNotReturnedUnasked) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  tree.file("/proc/4711/comm", "spdk_tgt\n").link("/proc/4711/fd/3", "/dev/vfio/1");
  expect_refused(k_lend, "pid 4711", "--yes agrees to this");
}

TEST_F(Lending, ADomainThatCannotHaveALoanIsRefused) {
  expect_refused({"attach", "vm1", "01:00.0", "--lend", "--connect", "xen:///system"},
                 "xen:///system is another of libvirt's drivers", "leave --lend out");
  expect_refused({"attach", "vm1", "01:00.0", "--lend", "--connect", "qemu:///session"},
                 "qemu:///session is a user's libvirt", "--connect qemu:///system");
  domains.at("vm1").live = domain("vm1");
  expect_refused(k_lend, "vm1 is running", "give --config without --live");
  expect_refused({"attach", "vm1", "01:00.0", "--lend", "--live"}, "vm1 is running", "--config");
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--lend", "--config", "--dry-run"}), 0) << err;
  domains.at("vm1").config.clear();
  expect_refused(k_lend, "vm1 is transient", "leave --lend out");
}

TEST_F(Lending, ACardThatCouldNotGoBackIsRefused) {
  ASSERT_EQ(run({"bind", "01:00.0"}), 0) << err;
  expect_refused(k_lend, "`gpupass bind` keeps 0000:01:00.0 on vfio-pci",
                 "`gpupass unbind 0000:01:00.0` returns it");
  for (const auto* const function : {k_gpu, k_audio})
    ASSERT_TRUE(remove_hold(kernel, parse_pci_address(function).value()));
  expect_refused(k_lend, "0000:01:00.0 was on vfio-pci before",
                 "`gpupass bind 0000:01:00.0 --driver NAME` gives it to one");
}

TEST_F(Lending, ACardThatIsBoundAtEachBootIsRefused) {
  tree.file("/lib/systemd/systemd").dir("/etc/initramfs-tools").file("/etc/default/grub", "GRUB_TIMEOUT=5\n");
  kernel.add_program("/usr/sbin/update-initramfs");
  ASSERT_EQ(run({"bind", "01:00.0", "--persist", "--apply", "--yes"}), 0) << err;
  expect_refused(k_lend, "0000:01:00.0 is bound to vfio-pci at each boot",
                 "`gpupass unbind --persist --apply 0000:01:00.0` ends that");
}

TEST_F(Lending, TheCardOfARunningGuestIsRefused) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  domains.at("vm1").live = domains.at("vm1").config;
  expect_refused({"attach", "vm1", "01:00.0", "--lend", "--config"}, "0000:01:00.0 is in the running vm1",
                 "`virsh shutdown vm1` first");
  domains.at("vm2") = domains.at("vm1");
  domains.at("vm1") = {domain("vm1"), ""};
  for (const auto* const function : {k_gpu, k_audio})
    ASSERT_TRUE(remove_hold(kernel, parse_pci_address(function).value()));
  expect_refused({"attach", "vm1", "01:00.0", "--lend", "--shared"},
                 "0000:01:00.0 is in the running guest vm2 and cannot go back", "`virsh shutdown vm2` first");
}

TEST_F(Lending, WhoSharesACardHasItOnTheSameTerms) {
  ASSERT_EQ(run({"attach", "vm2", "01:00.0"}), 0) << err;
  expect_refused({"attach", "vm1", "01:00.0", "--lend", "--shared"},
                 "0000:01:00.0 is kept bound for vm2, so it cannot be lent", "leave --lend out");
  ASSERT_EQ(run({"attach", "vm2", "01:00.0", "--lend"}), 0) << err;
  expect_refused({"attach", "vm1", "01:00.0", "--shared"}, "0000:01:00.0 is lent to vm2", "add --lend");
}

TEST_F(Lending, ASharedCardIsLentToOneAtATime) {
  ASSERT_EQ(run(k_lend), 0) << err;
  ASSERT_EQ(run({"attach", "vm2", "01:00.0", "--lend", "--shared"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << "nothing was bound";
  ASSERT_EQ(run({"status"}), 0);
  EXPECT_THAT(out, HasSubstr("on its host driver until vm1 or vm2 starts"));

  ASSERT_EQ(hook("prepare", "vm2"), 0) << err;
  domains.at("vm2").live = domains.at("vm2").config;
  EXPECT_EQ(hook("prepare", "vm1"), 5);
  EXPECT_THAT(err, AllOf(HasSubstr("0000:01:00.0 is bound for vm2, and vm1 has it when vm2 has ended"),
                         HasSubstr("`virsh shutdown vm2`")));
  EXPECT_EQ(run({"hook", "check", "vm1"}), 5);
  EXPECT_EQ(hook("release", "vm1"), 0) << "libvirt says it of a start that was refused, too";
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");

  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("stay on vfio-pci for vm2"));
  domains.at("vm2").live.clear();
  ASSERT_EQ(hook("release", "vm2"), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  expect_held_for({"vm2"});
}

TEST_F(Lending, RecoverAsksTheConnectionOfTheDomainThatHasTheLoan) {
  elsewhere["other:///"] = {{"vm3", {domain("vm3"), ""}}};
  ASSERT_EQ(run(k_lend), 0) << err;
  ASSERT_EQ(run({"attach", "vm3", "01:00.0", "--lend", "--shared", "--connect", "other:///"}), 0) << err;
  auto& vm3 = elsewhere.at("other:///").at("vm3");
  ASSERT_EQ(run({"hook", "run", "qemu", "vm3", "prepare", "begin", "-"}, vm3.config), 0) << err;
  vm3.live = vm3.config;
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci") << "it runs";
  vm3.live.clear();  // and the hook was not asked
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
}

}  // namespace
}  // namespace gpupass::cli
