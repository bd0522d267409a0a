// SPDX-License-Identifier: GPL-2.0-or-later
// The commands that change something, on a kernel and a libvirt that answer as the real ones do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <map>
#include <sstream>
#include <thread>

#include "gpupass/cli/run.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/lock.hpp"
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
using testing::HasSubstr;
using testing::Not;

const char* const k_nic = "0000:02:00.0";
const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

const std::string k_by_command_line =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>"
    "<controller type='pci' index='0' model='pcie-root'/></devices><qemu:commandline><qemu:arg "
    "value='-device'/><qemu:arg value='vfio-pci,host=01:00.0,x-vga=on'/></qemu:commandline></domain>";

/// A desktop: a card of two functions in group 1, a network card in a group that a test chooses.
class Change : public testing::Test {
 protected:
  explicit Change(int nic_group = 2) {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    pci.add({.address = k_nic, .driver = "igb", .group = nic_group});
    test::add_passthrough_kernel(tree);
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "igb"}) kernel.add_driver(driver);
    kernel.prefer(k_gpu, "nvidia").prefer(k_audio, "snd_hda_intel").prefer(k_nic, "igb");
    kernel.add_driver("vfio-pci");
    before = test::snapshot(tree.at("/sys"));
  }

  /// One command; what it printed is in out and err.
  int run(const std::vector<std::string>& words, const std::string& typed = "", bool terminal_there = false) {
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      if (libvirt_is_down) return fail(ErrorKind::hypervisor, "connect to fake:///: refused");
      return std::make_unique<test::SharedHypervisor>(libvirt, others);
    };
    auto said = test::run_line({kernel, connect, test::source(), "fake:///"}, words,
                               {.columns = 200, .typed = typed, .can_ask = terminal_there});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }

  void expect_untouched() {
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
    EXPECT_TRUE(load_holds(kernel)->empty());
    EXPECT_TRUE(load_journals(kernel)->empty());
    EXPECT_EQ(libvirt.config(), k_domain);
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", k_domain, ""};
  std::map<std::string, std::string> others;
  bool libvirt_is_down = false;
  std::string before, out, err;
};

class ChangeSharedGroup : public Change {
 protected:
  ChangeSharedGroup() : Change(1) {}
};

TEST_F(Change, ACardGoesInAndComesBack) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("vm1 has 0000:01:00.0 and 0000:01:00.1 (from its next start on)"));
  EXPECT_EQ(kernel.driver(k_audio), "vfio-pci");
  EXPECT_EQ(hostdev_functions(libvirt.config())->size(), 2U);

  ASSERT_EQ(run({"status"}), 0);
  EXPECT_THAT(out, testing::ContainsRegex("0000:01:00.0 +vfio-pci +nvidia +vm1 .off. +2026"));

  ASSERT_EQ(run({"detach", "vm1", "01:00"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.0 is back on nvidia"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_EQ(hostdev_functions(libvirt.config())->size(), 0U);
  EXPECT_TRUE(load_holds(kernel)->empty());
}

TEST_F(Change, ADryRunPrintsTheWayThereAndBack) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("bind 0000:01:00.1 to vfio-pci"));
  EXPECT_THAT(out, HasSubstr("unbind 0000:01:00.1 from vfio-pci"));
  expect_untouched();
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--print-xml"}), 0) << err;
  EXPECT_EQ(hostdev_functions(out)->size(), 2U);
  expect_untouched();
}

TEST_F(Change, BadInputIsOneErrorWithItsCodeAndChangesNothing) {
  const std::vector<std::pair<std::vector<std::string>, int>> cases = {
      {{"attach"}, 2},
      {{"attach", "vm1"}, 2},
      {{"attach", "vm1", "01:nonsense"}, 2},
      {{"attach", "vm1", "nonsense"}, 3},
      {{"attach", "01:00.0", "vm1"}, 2},
      {{"detach", "01:00", "vm1"}, 2},
      {{"attach", "vm1", "01:00.0", "--no-such-option"}, 2},
      {{"attach", "vm1", "01:00.0", "--timeout", "0"}, 2},
      {{"attach", "vm1", "01:00.0", "--timeout", "soon"}, 2},
      {{"attach", "vm1", "01:00.0", "--format", "yaml"}, 2},
      {{"attach", "vm1", "77:00.0"}, 3},
      {{"attach", "vm1", "8086:ffff"}, 3},
      {{"attach", "vm9", "01:00.0"}, 3},
      {{"attach", "vm1", "01:00.0", "--live"}, 5},
      {{"attach", "vm1", "01:00.0", "--with", "01:nonsense"}, 2},
      {{"detach", "vm1"}, 2},
      {{"detach", "vm1", "01:00.0", "--all"}, 2},
      {{"detach", "vm1", "09:00.0"}, 3},
      {{"bind"}, 2},
      {{"bind", "01:00.0", "--driver", "../../evil"}, 2},
      {{"bind", "01:00.0", "--driver", ""}, 2},
      {{"unbind", "09:00.0"}, 3},
      {{"unbind"}, 2},
      {{"unbind", "01:00.0", "--all"}, 2},
      {{"bind", "01:00.0", "--now"}, 2},
      {{"status", "extra"}, 2},
      {{"recover", "--format", "x"}, 2},
  };
  for (const auto& [words, status] : cases) {
    EXPECT_EQ(run(words), status) << testing::PrintToString(words) << err;
    EXPECT_THAT(err, testing::StartsWith("gpupass: ")) << testing::PrintToString(words);
    expect_untouched();
  }
}

TEST_F(Change, AnErrorIsJsonForWhoReadsJson) {
  EXPECT_EQ(run({"attach", "vm9", "01:00.0", "--format", "json"}), 3);
  EXPECT_THAT(out, HasSubstr("\"kind\": \"not-found\""));
  EXPECT_THAT(out, HasSubstr("\"exit_code\": 3"));
}

TEST_F(Change, ADomainWhoseXmlIsNotXmlChangesNothing) {
  for (const auto* const xml : {"this is not XML", "<domain", "<network/>",
                                "<domain type='kvm'><os><type machine='q35'>hvm</type></os><devices><hostdev "
                                "mode='subsystem' type='pci'><source><address bus='1f' slot='0' "
                                "function='0'/></source></hostdev></devices></domain>"}) {
    libvirt.set_config(xml);
    EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), 8) << xml << err;
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
    EXPECT_EQ(libvirt.config(), xml);
  }
}

TEST_F(Change, TheVmComesFirst) {
  EXPECT_EQ(run({"attach", "0000:01:00.0", "vm1"}), 2);
  EXPECT_THAT(err, HasSubstr("0000:01:00.0 is a device, but the VM comes first"));
  EXPECT_THAT(err, HasSubstr("vm1 0000:01:00.0"));
}

TEST_F(Change, BindOfACardIsTheCardAndItComesBackWhole) {
  ASSERT_EQ(run({"bind", "01:00.0"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_audio), "vfio-pci");
  ASSERT_EQ(run({"unbind", "01:00.0"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel");
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(Change, BindOfASoundIsTheSound) {
  ASSERT_EQ(run({"bind", "01:00.1"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_EQ(kernel.driver(k_audio), "vfio-pci");
}

TEST_F(Change, BindToADriverOfTheHostsTakesNoCompanion) {
  kernel.add_driver("nouveau");
  ASSERT_EQ(run({"bind", "01:00.0", "--driver", "nouveau"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel");
}

TEST_F(Change, OnlyLeavesTheCompanionAndSaysWhereItStays) {
  ASSERT_EQ(run({"bind", "01:00.0", "--only"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel");
  EXPECT_THAT(out, HasSubstr("of the same card 0000:01:00.1 on snd_hda_intel stays"));
  ASSERT_EQ(run({"unbind", "01:00.0"}), 0) << err << "what is not held of the card is no error";
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

/// Left out, the sound is a stranger of the same group: refused, and named.
TEST_F(Change, OnlyLeavesTheGroupsRuleToSayWhatThatMeans) {
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--only"}), 5);
  EXPECT_THAT(err, HasSubstr("0000:01:00.1 (Audio device, driver snd_hda_intel) shares IOMMU group 1"));
  expect_untouched();
}

TEST_F(Change, TheRestOfACardThatTheDomainHasInPartGoesIn) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.1", "--with", "01:00.0", "--dry-run"}), 0) << err;
  ASSERT_EQ(run({"bind", "01:00.1"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--only"}), 0) << err;
  EXPECT_EQ(hostdev_functions(libvirt.config())->size(), 1U);
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_EQ(hostdev_functions(libvirt.config())->size(), 2U);
  ASSERT_EQ(run({"detach", "vm1", "01:00.1"}), 0) << err;
  EXPECT_EQ(hostdev_functions(libvirt.config())->size(), 1U) << "what is named is what goes";
}

TEST_F(Change, OfACardThatWasPulledAllThatIsGoneComesOut) {
  const auto hostdev = [](int bus, int function) {
    return fmt::format(
        "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='{}' slot='0' function='{}'/>"
        "</source></hostdev>",
        bus, function);
  };
  const std::string domain(k_domain);
  const auto end = domain.find("</devices>");
  libvirt.set_config(domain.substr(0, end) + hostdev(9, 0) + hostdev(9, 1) + hostdev(1, 1) +
                     domain.substr(end));
  ASSERT_EQ(run({"detach", "vm1", "09:00.0"}), 0) << err;
  EXPECT_EQ(hostdev_functions(libvirt.config())->size(), 1U) << "and nothing of what is there";
}

TEST_F(Change, WhatLibvirtRefusesIsPutBack) {
  libvirt.refuse_define = true;
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), 10);
  EXPECT_THAT(err, HasSubstr("libvirt says no"));
  expect_untouched();
}

TEST_F(Change, TheSecondWaitsAndNamesTheFirst) {
  const auto lock = Lock::acquire(kernel, k_audio, "a long job", std::chrono::milliseconds(0));
  ASSERT_TRUE(lock);
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--timeout", "1"}), 6);
  EXPECT_THAT(err, HasSubstr("waiting for process"));
  EXPECT_THAT(err, HasSubstr("a long job"));
  expect_untouched();
}

TEST_F(Change, ADomainThatIsGoneDoesNotKeepTheCard) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  libvirt.rename("vm3");
  EXPECT_EQ(run({"detach", "vm1", "01:00.0"}), 3);
  EXPECT_THAT(err, HasSubstr("`gpupass unbind 0000:01:00.0 0000:01:00.1`"));
  ASSERT_EQ(run({"unbind", "01:00"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_TRUE(load_holds(kernel)->empty());
}

TEST_F(Change, ARenamedDomainGivesTheCardBack) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  libvirt.rename("vm3");
  ASSERT_EQ(run({"detach", "vm3", "--all"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_TRUE(load_holds(kernel)->empty());
  EXPECT_TRUE(hostdev_functions(libvirt.config())->empty());
}

TEST_F(Change, ADetachThatHadNotBegunIsOnlyForgotten) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  before = test::snapshot(tree.at("/sys"));
  Plan plan{
      "detach 0000:01:00.0 from vm1", Direction::give_back, "fake:///", {*parse_pci_address(k_gpu)}, {}};
  plan.steps.emplace_back(DefineDomain{"vm1", "<domain/>", "<domain/>"});
  ASSERT_TRUE(Journal::start(kernel, plan, "boot"));
  ASSERT_EQ(run({"recover", "--dry-run"}), 0);
  EXPECT_THAT(out, HasSubstr("only close its journal"));
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
}

TEST_F(Change, ADetachOfADomainThatWasEditedSinceIsUndone) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  const auto kept = libvirt.config();
  Plan plan{
      "detach 0000:01:00.0 from vm1", Direction::give_back, "fake:///", {*parse_pci_address(k_gpu)}, {}};
  plan.steps.emplace_back(DefineDomain{"vm1", kept, k_domain});
  auto journal = Journal::start(kernel, plan, "boot");
  JournalEntry begun;
  ASSERT_TRUE(journal && journal->append(begun));
  libvirt.set_config(kept + "<!-- edited -->");
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("could not be finished: the configuration of vm1 was changed meanwhile"));
  EXPECT_TRUE(load_journals(kernel)->empty());
  EXPECT_EQ(libvirt.config(), kept + "<!-- edited -->");
}

TEST_F(Change, ADomainWithoutCardsHasNothingToGiveBack) {
  EXPECT_EQ(run({"detach", "vm1", "--all"}), 0);
  EXPECT_EQ(out, "unchanged: vm1 has no PCI device of this machine\n");
  expect_untouched();
}

TEST_F(Change, ASecondTimeIsUnchangedAndNoError) {
  const std::vector<std::vector<std::string>> commands = {
      {"attach", "vm1", "01:00.0"}, {"detach", "vm1", "01:00.0"}, {"bind", "01:00"}, {"unbind", "01:00"}};
  for (auto words : commands) {
    ASSERT_EQ(run(words), 0) << err;
    EXPECT_THAT(out, Not(HasSubstr("unchanged"))) << testing::PrintToString(words);
    const auto sysfs = test::snapshot(tree.at("/sys"));
    const auto kept = test::snapshot(tree.at("/var/lib/gpupass"));
    ASSERT_EQ(run(words), 0) << err;
    EXPECT_THAT(out, testing::StartsWith("unchanged: ")) << testing::PrintToString(words);
    words.emplace_back("--dry-run");
    ASSERT_EQ(run(words), 0) << err;
    EXPECT_THAT(out, testing::StartsWith("unchanged: ")) << testing::PrintToString(words);
    EXPECT_EQ(test::snapshot(tree.at("/sys")), sysfs);
    EXPECT_EQ(test::snapshot(tree.at("/var/lib/gpupass")), kept);
  }
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_TRUE(load_holds(kernel)->empty());
}

TEST_F(Change, TheJsonSaysWhetherAnythingWasChangedOfWhatAndWhose) {
  for (const bool changed : {true, false}) {
    ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--format", "json"}), 0) << err;
    const auto json = core::Json::parse(out);
    EXPECT_EQ(json.at("changed"), changed);
    EXPECT_EQ(json.at("devices"), core::Json::array({k_gpu, k_audio}));
    EXPECT_EQ(json.at("domain"), "vm1");
  }
  ASSERT_EQ(run({"detach", "vm1", "--all"}), 0) << err;
  ASSERT_EQ(run({"bind", k_gpu, "--format", "json"}), 0) << err;
  EXPECT_EQ(core::Json::parse(out).at("domain"), nullptr);
  ASSERT_EQ(run({"status", "--format", "json"}), 0) << err;
  EXPECT_EQ(core::Json::parse(out).at("devices").at(0).at("ids"), "10de:2330");
}

TEST_F(Change, WhatNobodyHoldsButVfioPciHasIsNotSaidToBeBack) {
  tree.remove(std::string("/sys/bus/pci/devices/") + k_nic + "/driver");
  tree.link(std::string("/sys/bus/pci/devices/") + k_nic + "/driver", "../../../bus/pci/drivers/vfio-pci");
  EXPECT_EQ(run({"unbind", k_nic}), 3);
  EXPECT_THAT(err, HasSubstr("gpupass does not hold 0000:02:00.0"));
}

TEST_F(Change, UnbindAllGivesBackWhatNoDomainHas) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"bind", k_nic}), 0) << err;
  ASSERT_EQ(run({"unbind", "--all"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_nic), "igb");
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci") << "that is the domain's";
  ASSERT_EQ(run({"unbind", "--all"}), 0) << err;
  EXPECT_THAT(out, testing::StartsWith("unchanged: "));
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
}

TEST_F(Change, ADryRunOfBindSaysThatTheGroupIsNotWhole) {
  ASSERT_EQ(run({"bind", k_gpu, "--only", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.1 is of the same IOMMU group still on a host driver"));
  ASSERT_EQ(run({"bind", k_gpu, "--only", "--dry-run", "--format", "json"}), 0) << err;
  EXPECT_THAT(core::Json::parse(out).at("outcome").get<std::string>(), HasSubstr("same IOMMU group"));
  expect_untouched();
}

TEST_F(Change, TheDomainsOfAnotherMachineAreRefused) {
  for (const auto* const uri :
       {"qemu+ssh://root@far/system", "qemu://far:16514/system", "qemu+tls://[fe80::1]:16514/system"}) {
    EXPECT_EQ(run({"attach", "vm1", "01:00.0", "-c", uri}), 9) << uri;
  }
  EXPECT_THAT(err, HasSubstr("connection to [fe80::1]"));
  expect_untouched();
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "-c", "qemu+unix:///system?socket=/run/a:b@c"}), 0) << err;
}

TEST_F(Change, WhatACapturedMachineHasInItsJournalIsNotCarriedOut) {
  kernel.block_unbind("nvidia", k_gpu);
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--timeout", "1"}), 7);
  kernel.release(k_gpu);
  Host captured(tree.root());
  std::istringstream in;
  std::ostringstream to_out, to_err;
  Terminal terminal{in, to_out, to_err};
  Context context{{captured, {}, test::source(), ""}, terminal};
  for (const auto& words : std::vector<std::vector<std::string>>{{}, {"--forget"}}) {
    const auto end = recover(context, words);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().kind, ErrorKind::refused);
  }
  EXPECT_EQ(load_journals(kernel)->size(), 1U);
  EXPECT_EQ(recover(context, {"--dry-run"}), 0);
}

TEST_F(Change, BindOnlyTakesExactlyWhatIsNamedAndSaysWhatIsMissing) {
  ASSERT_EQ(run({"bind", "01:00.0", "--only"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.1 is of the same IOMMU group still on a host driver"));
  EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel");
  ASSERT_EQ(run({"unbind", "01:00.0"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(Change, AStuckUnbindIsShownAndRecoveredFromLater) {
  kernel.block_unbind("nvidia", k_gpu);
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--timeout", "1"}), 7);
  EXPECT_THAT(err, HasSubstr("still being released"));
  ASSERT_EQ(run({"status"}), 0);
  EXPECT_THAT(out, HasSubstr("unfinished: \"attach 0000:01:00.0 and 0000:01:00.1 to vm1\""));
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), 6);
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--dry-run"}), 6) << "would not do it either";
  EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel") << "the other function was put back";

  kernel.release(k_gpu);
  ASSERT_EQ(run({"recover", "--dry-run"}), 0);
  EXPECT_THAT(out, HasSubstr("bind 0000:01:00.0 to nvidia"));
  ASSERT_EQ(run({"recover", "--dry-run", "--format", "json"}), 0);
  EXPECT_THAT(out, AllOf(HasSubstr("\"would\": ["), HasSubstr("bind 0000:01:00.0 to nvidia")));
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("undone"));
  expect_untouched();
}

/// How many times this process has the lock's file open: twice, once somebody waits for whom we keep out.
std::ptrdiff_t times_open(const std::filesystem::path& lock) {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return std::count_if(begin(files), end(files), [&](const auto& file) {
    std::error_code gone;
    return std::filesystem::read_symlink(file.path(), gone) == lock;
  });
}

TEST_F(Change, RecoverLeavesAloneWhatEndedWhileItWaited) {
  kernel.block_unbind("nvidia", k_gpu);
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--timeout", "1"}), 7);
  kernel.release(k_gpu);
  auto at_work = std::optional(*Lock::acquire(kernel, k_gpu, "attach", std::chrono::seconds(5)));
  std::thread first([&] {
    const auto file = tree.at("/run/gpupass/" + std::string(k_gpu) + ".lock");
    for (int i = 0; i < 500 && times_open(file) < 2; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto journals = load_journals(kernel);
    for (const auto& journal : *journals) {
      ASSERT_TRUE(Journal::resume(kernel, journal.id).remove());
    }
    before = test::snapshot(tree.at("/sys"));
    at_work.reset();
  });
  const int status = run({"recover"});
  first.join();
  EXPECT_EQ(status, 0) << err;
  EXPECT_THAT(out, HasSubstr("ended by itself"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << "nothing is undone that ended well";
}

TEST_F(Change, ADryRunRefusesWhatIsStillInTheKernel) {
  const auto lock = Lock::acquire(kernel, k_gpu, "bind", std::chrono::seconds(0));
  EXPECT_EQ(run({"bind", "01:00.0", "--dry-run"}), 0) << "a command that is at work ends";
  lock->hand_over(getpid(), "unbind 0000:01:00.0 from nvidia", "2026-11-22T12:00:00Z");
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"bind", "01:00.0"}, {"bind", "01:00.0", "--dry-run"}}) {
    EXPECT_EQ(run(words), 6) << out;
    EXPECT_THAT(err, HasSubstr("is still in the kernel (unbind 0000:01:00.0 from nvidia)"));
  }
}

TEST_F(Change, WhereSysCannotBeWrittenNothingIsGivenBack) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"bind", k_nic, "--yes"}), 0) << err;
  const auto bound = test::snapshot(tree.at("/sys"));
  tree.file("/proc/self/mountinfo", "20 1 0:20 / /sys ro - sysfs sysfs ro\n");
  for (auto words : std::vector<std::vector<std::string>>{{"detach", "vm1", "--all"}, {"unbind", k_nic}}) {
    for (const bool dry : {true, false}) {
      if (dry) words.emplace_back("--dry-run");
      EXPECT_EQ(run(words), 5) << out;
      EXPECT_THAT(err, HasSubstr("/sys is mounted read-only"));
      if (dry) words.pop_back();
    }
  }
  EXPECT_EQ(test::snapshot(tree.at("/sys")), bound);
  EXPECT_EQ(hostdev_functions(libvirt.config())->size(), 2U);
}

TEST_F(Change, ADryRunOfRecoverEndsAsItDoes) {
  tree.file("/var/lib/gpupass/journal/20260101T000000Z-1-0.jsonl", "rubbish\n{}\n");
  const auto kept = test::snapshot(tree.at("/var/lib/gpupass"));
  const int invalid = exit_code(ErrorKind::invalid);
  EXPECT_EQ(run({"recover", "--dry-run"}), invalid);
  EXPECT_THAT(err, HasSubstr("`gpupass recover --forget`"));
  EXPECT_EQ(run({"recover", "--dry-run", "--format", "json"}), invalid);
  EXPECT_THAT(out, HasSubstr("\"journals\""));
  EXPECT_EQ(run({"recover"}), invalid);
  EXPECT_EQ(run({"recover", "--forget", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("set aside /var/lib/gpupass/journal/20260101T000000Z-1-0.jsonl"));
  EXPECT_EQ(test::snapshot(tree.at("/var/lib/gpupass")), kept);
}

TEST_F(Change, ADryRunOfForgettingSaysWhatItWouldDo) {
  kernel.reject_probe("vfio-pci", k_audio).reject_probe("nvidia", k_gpu);
  ASSERT_EQ(run({"attach", "vm1", "01:00"}), 12);
  const auto left = test::snapshot(tree.at("/var/lib/gpupass"));
  ASSERT_EQ(run({"recover", "--forget", "--dry-run"}), 0) << err;
  EXPECT_THAT(out,
              testing::AllOf(HasSubstr("close the journal; the machine stays as it is"),
                             HasSubstr("keep how vm1 was configured before: /var/lib/gpupass/forgotten/"),
                             Not(HasSubstr("bind 0000:01:00.0"))));
  ASSERT_EQ(run({"recover", "--forget", "--dry-run", "--format", "json"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("keep how vm1 was configured before"));
  EXPECT_EQ(test::snapshot(tree.at("/var/lib/gpupass")), left);
  libvirt_is_down = true;
  EXPECT_EQ(run({"recover", "--dry-run"}), exit_code(ErrorKind::hypervisor)) << "as recover would";
}

TEST_F(Change, WhatCannotBePutBackCanBeAccepted) {
  kernel.reject_probe("vfio-pci", k_audio).reject_probe("nvidia", k_gpu);
  EXPECT_EQ(run({"bind", "01:00"}), 12);
  EXPECT_EQ(run({"recover"}), 12);
  EXPECT_THAT(err, HasSubstr("recover --forget"));
  EXPECT_EQ(run({"recover", "--forget"}), 0);
  EXPECT_TRUE(load_journals(kernel)->empty());
}

TEST_F(Change, RecoverThatCannotBeginSaysSo) {
  kernel.reject_probe("vfio-pci", k_audio).reject_probe("nvidia", k_gpu);
  EXPECT_EQ(run({"attach", "vm1", "01:00"}), 12);
  const auto left = test::snapshot(tree.at("/sys"));
  libvirt_is_down = true;
  EXPECT_EQ(run({"recover"}), exit_code(ErrorKind::hypervisor));
  EXPECT_THAT(out, HasSubstr("not begun: nothing was changed"));
  EXPECT_THAT(err, HasSubstr("connect to fake:///: refused"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), left);
  EXPECT_EQ(load_journals(kernel)->size(), 1U);
}

TEST_F(Change, WhatWasWrittenDownReachesNoTerminalRaw) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  const std::string file = "/var/lib/gpupass/holds/0000:01:00.0.json";
  auto text = tree.text(file);
  text.replace(text.find("nvidia"), 6, "\\u001b[2J");
  tree.file(file, text);
  EXPECT_EQ(run({"status"}), 0);
  EXPECT_THAT(out, HasSubstr("\\x1b[2J"));
  EXPECT_THAT(out + err, Not(HasSubstr("\x1b")));
}

TEST_F(Change, AJournalThatCannotBeReadStopsItsOwnDevicesOnlyUntilItIsForgotten) {
  const std::string file = "/var/lib/gpupass/journal/20261122T120000Z-1.jsonl";
  tree.file(file, "{\"plan\": \"0000:01:00.0 <password>secret</password>{\n");
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), 6);
  EXPECT_THAT(err, HasSubstr("recover --forget"));
  EXPECT_THAT(err, Not(HasSubstr("secret")));
  EXPECT_EQ(run({"bind", k_nic, "--yes"}), 0) << err;
  EXPECT_EQ(run({"unbind", k_nic}), 0) << err;
  EXPECT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, HasSubstr(file));
  EXPECT_EQ(run({"recover"}), 8);
  ASSERT_EQ(run({"recover", "--forget"}), 0) << err;
  EXPECT_THAT(out, HasSubstr(file + ".unreadable"));
  EXPECT_TRUE(std::filesystem::exists(tree.at(file + ".unreadable")));
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
}

TEST_F(Change, WhatADomainWasIsKeptWhenItsJournalIsForgotten) {
  kernel.before_write = [](std::size_t count) {
    if (count == 3) throw 1;
  };
  EXPECT_ANY_THROW(run({"attach", "vm1", "01:00.0"}));
  kernel.before_write = {};
  ASSERT_EQ(run({"recover", "--forget"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("how vm1 was configured before is kept: /var/lib/gpupass/forgotten/"));
  const auto at = out.find("/var/lib/gpupass/forgotten/");
  EXPECT_EQ(tree.text(out.substr(at, out.find(' ', at) - at)), k_domain);
}

TEST_F(Change, AJournalThatCannotBeRemovedIsANoteAndStopsNobody) {
  kernel.before_change = [](const auto& change) {
    return change.what.starts_with("remove /var/lib/gpupass/journal") ? EIO : 0;
  };
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), 0);
  EXPECT_THAT(err, HasSubstr("note: it was done, but remove "));
  EXPECT_EQ(run({"detach", "vm1", "01:00"}), 0) << err;
  kernel.before_change = {};
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_TRUE(load_journals(kernel)->empty());
  EXPECT_TRUE(load_holds(kernel)->empty());
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(ChangeSharedGroup, AnUnnamedMemberOfTheGroupIsRefusedByName) {
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), 5);
  EXPECT_THAT(err, HasSubstr("0000:02:00.0"));
  EXPECT_THAT(err, HasSubstr("--with 0000:02:00.0"));
  expect_untouched();
}

TEST_F(ChangeSharedGroup, NamedItGoesAlong) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--with", "02:00.0"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_nic), "vfio-pci");
  EXPECT_EQ(hostdev_functions(libvirt.config())->size(), 3U);
}

TEST_F(ChangeSharedGroup, AStrangerOfAnotherDomainIsNotTakenAlong) {
  others["vm2"] =
      "<domain><devices><hostdev mode='subsystem' type='pci'><source><address domain='0' bus='2' slot='0' "
      "function='0'/></source></hostdev></devices></domain>";
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--yes"}), 6);
  EXPECT_THAT(err, HasSubstr("0000:02:00.0 is in the configuration of vm2"));
  expect_untouched();
}

TEST_F(ChangeSharedGroup, APersonAtATerminalIsAskedAndANoChangesNothing) {
  for (const auto* const answer : {"n\n", "\n", ""}) {
    EXPECT_EQ(run({"attach", "vm1", "01:00.0"}, answer, true), 5);
    EXPECT_THAT(err, HasSubstr("Continue? [y/N]"));
    expect_untouched();
  }
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}, "y\n", true), 0) << err;
  EXPECT_EQ(kernel.driver(k_nic), "vfio-pci");
}

/// A person who has agreed must not hear after it that it cannot be done.
TEST_F(ChangeSharedGroup, WhatCannotBeDoneIsRefusedBeforeAnybodyIsAsked) {
  struct Case {
    std::string config;
    bool runs;
    int status;
    const char* words;
  };
  const auto with = [](const std::string& part, const std::string& instead) {
    std::string xml = k_domain;
    return xml.replace(xml.find(part), part.size(), instead);
  };
  const std::vector<Case> cases = {
      {k_by_command_line, false, 5, "gpupass does not edit that"},
      {"<domain type='kvm'><name>vm1</name><os><type arch='x86_64' "
       "machine='microvm'>hvm</type></os><devices/></domain>",
       false, 9, "microvm"},
      {with("</devices>",
            "<hostdev mode='subsystem' type='pci'><source><address bus='1f'/></source></hostdev></devices>"),
       false, 8, "1f"},
      {k_domain, true, 9, "0 free PCIe root port(s)"}};
  for (const auto& one : cases) {
    libvirt.set_config(one.config);
    if (one.runs) {
      ASSERT_TRUE(libvirt.start("vm1"));
    }
    EXPECT_EQ(run({"attach", "vm1", "01:00.0"}, "y\n", true), one.status) << one.config << err;
    EXPECT_THAT(err, HasSubstr(one.words));
    EXPECT_THAT(err, Not(HasSubstr("[y/N]"))) << one.config;
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
    EXPECT_EQ(libvirt.config(), one.config);
  }
}

TEST_F(ChangeSharedGroup, ADryRunEndsAsTheRunWould) {
  for (const bool terminal : {false, true}) {
    EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--dry-run"}, "y\n", terminal), 5);
    EXPECT_THAT(err, HasSubstr("--dry-run --yes shows the steps"));
    EXPECT_THAT(err, Not(HasSubstr("[y/N]"))) << "a dry run asks nothing";
  }
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--dry-run", "--yes"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("bind 0000:02:00.0 to vfio-pci"));
  expect_untouched();
}

TEST_F(ChangeSharedGroup, YesIsThatConsentButNeverForWhatTheHostNeeds) {
  tree.link("/sys/class/net/eth0", "../../bus/pci/devices/0000:02:00.0/net/eth0");
  tree.file("/sys/bus/pci/devices/0000:02:00.0/net/eth0/ifindex", "2\n");
  tree.link("/sys/bus/pci/devices/0000:02:00.0/net/eth0/device", "../..");
  tree.file("/proc/net/route",
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
            "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n");
  before = test::snapshot(tree.at("/sys"));
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"attach", "vm1", "01:00.0", "--yes"},
                                             {"attach", "vm1", "01:00.0", "--with", "02:00.0", "--yes"},
                                             {"bind", "02:00.0", "--yes"}}) {
    EXPECT_EQ(run(words), 5) << testing::PrintToString(words);
    EXPECT_THAT(err, HasSubstr("default route"));
    expect_untouched();
  }
  tree.remove("/proc/net/route");
  tree.file("/proc/net/route",
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n");
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--yes"}), 0) << err;
}

TEST_F(Change, ACardThatTheDomainHasThroughTheCommandLineIsNotAddedAgain) {
  libvirt.set_config(k_by_command_line);
  for (const auto* const verb : {"attach", "detach"}) {
    EXPECT_EQ(run({verb, "vm1", "01:00.0"}), 5) << verb;
    EXPECT_THAT(err,
                HasSubstr("vm1 has 0000:01:00.0 through <qemu:commandline>; gpupass does not edit that"));
    EXPECT_THAT(err, HasSubstr("`virsh edit vm1`"));
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
    EXPECT_EQ(libvirt.config(), k_by_command_line);
  }
  EXPECT_EQ(run({"detach", "vm1", "--all"}), 0);
  EXPECT_THAT(err, HasSubstr("vm1 keeps 0000:01:00.0 through <qemu:commandline>"));
  libvirt.set_config(
      "<domain><devices><hostdev mode='subsystem' type='mdev'><source><address "
      "uuid='11111111-F1BB-47F0-914D-32A22E3A8804'/></source></hostdev></devices></domain>");
  EXPECT_EQ(run({"detach", "vm1", "--all"}), 0);
  EXPECT_THAT(err, HasSubstr("vm1 keeps the mediated device 11111111-f1bb-47f0-914d-32a22e3a8804; "));
}

TEST_F(Change, WhatAnotherDomainHasInAnyWayIsRefused) {
  const auto devices = [](const std::string& xml) {
    return "<domain><devices>" + xml + "</devices></domain>";
  };
  const std::string uuid = "c2177883-f1bb-47f0-914d-32a22e3a8804";
  tree.link("/sys/bus/mdev/devices/" + uuid, "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/" + uuid);
  tree.file("/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/" + uuid + "/mdev_type/name", "x\n");
  tree.file("/etc/mdevctl.d/0000:01:00.0/11111111-f1bb-47f0-914d-32a22e3a8804", "{}\n");
  libvirt.network_xmls = {
      "<network><name>pool</name><forward mode='hostdev'><address type='pci' bus='1' "
      "function='1'/></forward></network>"};
  before = test::snapshot(tree.at("/sys"));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {k_by_command_line, "0000:01:00.0 is in the configuration of vm2 through <qemu:commandline>"},
      {devices("<disk type='nvme'><source type='pci'><address bus='1'/></source></disk>"),
       "through <disk type='nvme'>"},
      {devices("<interface type='hostdev'><source><address type='pci' bus='1'/></source></interface>"),
       "0000:01:00.0 is in the configuration of vm2"},
      {devices("<interface type='network'><source network='pool'/></interface>"),
       "network pool hands 0000:01:00.1 out, and vm2 has an interface in it"},
      {devices("<hostdev mode='subsystem' type='mdev'><source><address uuid='" + uuid +
               "'/></source></hostdev>"),
       uuid + ", a mediated device of 0000:01:00.0, is in the configuration of vm2"},
      {devices("<hostdev mode='subsystem' type='mdev'><source><address "
               "uuid='11111111-F1BB-47F0-914D-32A22E3A8804'/></source></hostdev>"),
       "a mediated device of 0000:01:00.0"}};
  for (const auto& [xml, words] : cases) {
    others["vm2"] = xml;
    EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--yes"}), 6) << xml;
    EXPECT_THAT(err, HasSubstr(words));
    EXPECT_EQ(run({"doctor", "01:00.0"}), 1) << xml;
    EXPECT_THAT(out, HasSubstr(words)) << "the doctor says what attach says";
    EXPECT_THAT(out, HasSubstr("cannot be passed through: domain-use blocks"));
    expect_untouched();
  }
  others["vm2"] = "odd";
  libvirt.network_xmls.clear();
  EXPECT_EQ(run({"doctor", "01:00.0"}), 0) << out;
}

TEST_F(Change, ADiskOfItThatADomainIsToHaveIsAskedFor) {
  const std::string disk = "/sys/devices/pci0000:00/0000:02:00.0/nvme/nvme1/nvme1n1";
  tree.dir(disk).link("/sys/class/block/nvme1n1", "../.." + disk.substr(4));
  tree.file("/dev/nvme1n1", "").link("/dev/disk/by-id/nvme-A", "../../nvme1n1");
  before = test::snapshot(tree.at("/sys"));
  const std::string with_disk =
      "<domain><devices><disk type='block'><source dev='/dev/disk/by-id/nvme-A'/></disk></devices></domain>";
  others["vm2"] = with_disk;
  EXPECT_EQ(run({"attach", "vm1", "02:00.0"}), 5) << out;
  EXPECT_THAT(
      err, HasSubstr("/dev/disk/by-id/nvme-A, which 0000:02:00.0 carries, is in the configuration of vm2"));
  EXPECT_THAT(err, HasSubstr("`virsh detach-disk vm2 /dev/disk/by-id/nvme-A --config`"));
  expect_untouched();
  EXPECT_EQ(run({"doctor", "02:00.0"}), 1) << out;
  EXPECT_THAT(out, HasSubstr("domain-use"));
  EXPECT_EQ(run({"attach", "vm1", "02:00.0", "--yes"}), 0) << err;
  EXPECT_EQ(run({"detach", "vm1", "02:00.0"}), 0) << err;
  others.clear();
  std::string own = k_domain;
  own.insert(own.find("</devices>"), "<disk type='block'><source dev='/dev/nvme1n1'/></disk>");
  libvirt.set_config(own);
  EXPECT_EQ(run({"attach", "vm1", "02:00.0"}), 5) << out;
  EXPECT_THAT(err, HasSubstr("is in the configuration of vm1"));
}

TEST_F(Change, APoolOfVirtualFunctionsIsFoundThroughItsInterface) {
  test::PciTree(tree.root()).add({.address = "0000:02:10.0", .driver = "igbvf", .group = 7});
  tree.link("/sys/class/net/eth0/device", "../../../bus/pci/devices/0000:02:00.0");
  tree.file("/sys/bus/pci/devices/0000:02:00.0/sriov_totalvfs", "8\n");
  tree.file("/sys/bus/pci/devices/0000:02:00.0/sriov_numvfs", "1\n");
  tree.link("/sys/bus/pci/devices/0000:02:00.0/virtfn0", "../0000:02:10.0");
  tree.link("/sys/bus/pci/devices/0000:02:10.0/physfn", "../0000:02:00.0");
  libvirt.network_xmls = {
      "<network><name>vfs</name><forward mode='hostdev'><pf dev='eth0'/></forward></network>"};
  EXPECT_EQ(run({"attach", "vm1", "0000:02:10.0", "--yes"}), 6) << out;
  EXPECT_THAT(err, HasSubstr("libvirt's network vfs hands 0000:02:10.0 out"));
}

TEST_F(Change, ADoctorWithoutLibvirtSaysNothingOfDomains) {
  libvirt_is_down = true;
  tree.file("/proc/interrupts", " 24: 0 IR-PCI-MSI 32768-edge nvme0q0\n");
  EXPECT_EQ(run({"doctor", "01:00.0"}), 0) << out;
  EXPECT_EQ(err, "");
}

TEST_F(Change, WhereSysCannotBeWrittenTheDoctorAndAttachSayTheSame) {
  tree.remove("/proc/self/mountinfo");
  tree.file("/proc/self/mountinfo", "25 22 0:22 / /sys ro,nosuid - sysfs sysfs ro\n");
  EXPECT_EQ(run({"doctor", "01:00.0"}), 1);
  EXPECT_THAT(out, HasSubstr("/sys is mounted read-only"));
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--yes"}), 5);
  EXPECT_THAT(err, HasSubstr("/sys is mounted read-only"));
  expect_untouched();
}

TEST_F(Change, DetachSaysWhatStaysAndWhatGivesItBack) {
  ASSERT_EQ(run({"bind", "01:00"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"detach", "vm1", "--all"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.0 and 0000:01:00.1 stay on vfio-pci, where `gpupass bind` put them; "
                             "`gpupass unbind 0000:01:00.0 0000:01:00.1` returns"));
  ASSERT_EQ(run({"unbind", "0000:01:00.0", "0000:01:00.1"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(Change, ANetworkThatHandsACardOutDoesNotTakeTurns) {
  libvirt.network_xmls = {
      "<network><name>pool</name><forward mode='hostdev'><address type='pci' domain='0' bus='1' slot='0' "
      "function='0'/></forward></network>"};
  EXPECT_EQ(run({"attach", "vm1", "01:00.0", "--shared", "--yes"}), 6);
  EXPECT_THAT(err, HasSubstr("network pool"));
  expect_untouched();
}

TEST(CapturedHost, IsNeverChanged) {
  test::Tree tree;
  Host host(tree.root());
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{in, out, err, false, false, 80};
  Context context{{host, {}, test::source(), "fake:///"}, terminal};
  test::PciTree(tree.root()).add({.address = k_nic, .driver = "igb"});
  const auto before = test::snapshot(tree.root());
  const auto result = bind(context, {"02:00.0"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::refused);
  EXPECT_THAT(result.error().hint, HasSubstr("--dry-run"));
  EXPECT_EQ(test::snapshot(tree.root()), before);
}

}  // namespace
}  // namespace gpupass::cli
