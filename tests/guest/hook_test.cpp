// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass hook`: what libvirt would hear, on a kernel that refuses as the real one does.
#include "cli/hook/hook.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "gpupass/cli/run.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/hold.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/session/loans.hpp"
#include "gpupass/sys/terminal.hpp"
#include "support/desktop.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/tree.hpp"

namespace gpupass {
namespace {

using test::k_audio;
using test::k_gpu;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string hostdev(const std::string& function, bool ours = true) {
  return "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' "
         "slot='0x00' "
         "function='0x" +
         function + "'/></source>" + (ours ? "<alias name='ua-gpupass-0000-01-00-" + function + "'/>" : "") +
         "</hostdev>";
}

std::string domain(const std::string& devices) {
  return "<domain type='kvm'><name>vm1</name><devices>" + devices + "</devices></domain>";
}

const std::string k_whole_card = domain(hostdev("0") + hostdev("1"));

/// The second half of a start: what comes once the domain was looked at.
Result<int> begin_loan(cli::Context& context, const std::vector<std::string>& words) {
  const auto card = {parse_pci_address(k_gpu).value(), parse_pci_address(k_audio).value()};
  session::Agreed unheard;
  GPUPASS_TRY(session::begin_loan(context, {unheard}, words.front(), card));
  return 0;
}

/// A card of two functions in one group, on its drivers.
class Hook : public testing::Test {
 protected:
  Hook() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    test::add_passthrough_kernel(tree);
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "vfio-pci"}) kernel.add_driver(driver);
    kernel.prefer(k_gpu, "nvidia").prefer(k_audio, "snd_hda_intel");
  }

  int call(cli::Function action, const std::vector<std::string>& words, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream to_out;
    std::ostringstream to_err;
    cli::Terminal terminal{in, to_out, to_err, false, false, 200};
    const auto connect = [](const std::string&,
                            std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      ADD_FAILURE() << "a hook asked libvirt";
      return fail(ErrorKind::internal, "no libvirt here");
    };
    cli::Context context{{kernel, connect, test::source(), "fake:///"}, terminal};
    const auto status = action(context, words);
    if (!status) to_err << describe(status.error());
    out = to_out.str();
    err = to_err.str();
    return status ? *status : exit_code(status.error().kind);
  }
  int libvirt(const std::string& operation, const std::string& xml) {
    return call(cli::hook_run, {"qemu", "vm1", operation, "begin", "-"}, xml);
  }

  /// What an attach wrote down, and its binding gone since: by a boot, or by hand.
  void hold_for_vm1(const std::string& boot = "b00t") {
    const auto inventory = discover::read_inventory(kernel, {.holders = false});
    for (const auto* const function : {k_gpu, k_audio}) {
      Hold hold;
      hold.device = parse_pci_address(function).value();
      hold.identity = identity_of(*inventory, *inventory->find(hold.device.as_function()));
      hold.original_driver = kernel.driver(function);
      hold.owners = {{"vm1", ""}};
      hold.boot_id = boot;
      ASSERT_TRUE(save_hold(kernel, hold));
    }
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  std::string out, err;
};

TEST_F(Hook, BindsForAStartAndReturnsAtItsEnd) {
  hold_for_vm1();
  ASSERT_EQ(libvirt("prepare", k_whole_card), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
  EXPECT_EQ(kernel.driver(k_audio), "vfio-pci");
  EXPECT_EQ(load_holds(kernel)->size(), 2U);
  EXPECT_EQ(libvirt("start", k_whole_card), 0);
  EXPECT_EQ(libvirt("reconnect", k_whole_card), 0);
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci") << "a guest that runs keeps its card";
  ASSERT_EQ(libvirt("release", k_whole_card), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel");
  EXPECT_EQ(load_holds(kernel)->size(), 2U) << "it is in the domain's configuration";
  EXPECT_THAT(*load_journals(kernel), IsEmpty());
}

TEST_F(Hook, IsNotInstalledForAProgramThatAnOrdinaryUserCouldChange) {
  kernel.writable_by_others.insert(sys::executable().string());
  EXPECT_EQ(call(cli::hook_install, {}), 5);
  EXPECT_THAT(err, AllOf(HasSubstr("an ordinary user can change it"), HasSubstr("nothing was changed")));
  EXPECT_FALSE(kernel.exists("/etc/libvirt"));
}

TEST_F(Hook, ReadsNoMoreOfItsInputThanADomainHas) {
  EXPECT_EQ(libvirt("prepare", std::string((16U << 20U) + 1, ' ')), 8);
  EXPECT_THAT(err, HasSubstr("larger than 16 MiB"));
}

TEST_F(Hook, ReleasesTwiceOrWithoutAStartWithNoHarm) {
  hold_for_vm1();
  EXPECT_EQ(libvirt("release", k_whole_card), 0);
  ASSERT_EQ(libvirt("prepare", k_whole_card), 0);
  EXPECT_EQ(libvirt("release", k_whole_card), 0);
  const auto writes = kernel.writes().size();
  EXPECT_EQ(libvirt("release", k_whole_card), 0);
  EXPECT_EQ(kernel.writes().size(), writes);
}

TEST_F(Hook, LeavesWhatIsHeldAlreadyToTheOneWhoHoldsIt) {
  ASSERT_EQ(call(cli::bind, {"0000:01:00.0", "0000:01:00.1", "--yes"}), 0) << err;
  const auto writes = kernel.writes().size();
  EXPECT_EQ(libvirt("prepare", k_whole_card), 0) << err;
  EXPECT_EQ(libvirt("release", k_whole_card), 0) << err;
  EXPECT_EQ(kernel.writes().size(), writes) << "the card was there before, and stays";
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
}

TEST_F(Hook, KeepsTheHoldOfAnAttachThatARebootOutlived) {
  hold_for_vm1("an earlier one");
  ASSERT_EQ(libvirt("prepare", k_whole_card), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
  ASSERT_EQ(libvirt("release", k_whole_card), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_THAT(*load_holds(kernel),
              testing::Each(testing::ResultOf(owner_names, std::vector<std::string>{"vm1"})));
  EXPECT_EQ(load_holds(kernel)->size(), 2U);
}

TEST_F(Hook, LooksAtTheRecordsAgainOnceTheDevicesAreLocked) {
  EXPECT_EQ(call(begin_loan, {"vm1"}),
            exit_code(ErrorKind::refused));  // the hold went since it was looked at
  EXPECT_THAT(err, HasSubstr("gpupass has no record of 0000:01:00.0 and 0000:01:00.1 in vm1"));
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_THAT(*load_holds(kernel), IsEmpty());
}

TEST_F(Hook, RefusesAStartWhileAnotherGuestHasTheCardOpen) {
  ASSERT_EQ(call(cli::bind, {"0000:01:00.0", "--yes"}), 0) << err;
  auto holds = load_holds(kernel).value();
  for (auto& hold : holds) {
    hold.owners = {{"vm1", ""}, {"vm2", "qemu:///system"}};
    ASSERT_TRUE(save_hold(kernel, hold));
  }
  EXPECT_EQ(libvirt("prepare", k_whole_card), 0) << err;
  const auto writes = kernel.writes().size();
  tree.file("/proc/4711/comm", "qemu-system-x86\n").link("/proc/4711/fd/3", "/dev/vfio/1");
  EXPECT_EQ(libvirt("prepare", k_whole_card), exit_code(ErrorKind::refused));
  EXPECT_THAT(err, HasSubstr("pid 4711"));
  EXPECT_EQ(kernel.writes().size(), writes);
}

/// As the hook wrote down when vm2 was started: before this start, or after it was looked at and before it
/// locked the card.
TEST_F(Hook, LetsOneOfTheDomainsThatShareACardRunAtATime) {
  hold_for_vm1();
  auto shared = load_holds(kernel).value();
  for (auto& hold : shared) {
    hold.owners.push_back({"vm2", "qemu:///system"});
    hold.lent_to = "vm2";
    ASSERT_TRUE(save_hold(kernel, hold));
  }
  EXPECT_EQ(libvirt("prepare", k_whole_card), exit_code(ErrorKind::refused));
  EXPECT_THAT(err, HasSubstr("0000:01:00.0 is bound for vm2, and vm1 has it when vm2 has ended"));
  EXPECT_EQ(call(begin_loan, {"vm1"}), exit_code(ErrorKind::refused));
  EXPECT_THAT(kernel.writes(), IsEmpty());
  for (auto& hold : shared) {
    hold.lent_to.clear();  // it has ended
    ASSERT_TRUE(save_hold(kernel, hold));
  }
  EXPECT_EQ(call(begin_loan, {"vm1"}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
}

/// A person put it there: with virsh, or as QEMU's own arguments.
TEST_F(Hook, BindsWhatIsHeldWithoutAnAliasOfGpupass) {
  const auto by_hand = domain(hostdev("0", false) + hostdev("1", false));
  const std::string by_arguments =
      "<domain type='kvm'><name>vm1</name><devices/><qemu:commandline><qemu:arg value='-device'/><qemu:arg "
      "value='vfio-pci,host=01:00.0'/><qemu:arg value='-device'/><qemu:arg value='vfio-pci,host=01:00.1'/>"
      "</qemu:commandline></domain>";
  for (const auto& xml : {by_hand, by_arguments}) {
    EXPECT_EQ(libvirt("prepare", xml), 0) << err;
    EXPECT_EQ(kernel.driver(k_gpu), "nvidia") << "gpupass does not hold it";
    hold_for_vm1();
    auto holds = load_holds(kernel).value();
    for (auto& hold : holds) {  // as `gpupass bind` took it before the machine was started again
      hold.owners.clear();
      hold.bound = true;
      ASSERT_TRUE(save_hold(kernel, hold));
    }
    EXPECT_EQ(libvirt("prepare", xml), 0) << err;
    EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
    EXPECT_EQ(libvirt("release", xml), 0) << err;
    EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci") << "where `gpupass bind` keeps it";
    ASSERT_EQ(call(cli::unbind, {"--all"}), 0) << err;
  }
}

TEST_F(Hook, RefusesWhatAJobHas) {
  hold_for_vm1();
  auto holds = load_holds(kernel).value();
  for (auto& hold : holds) {
    hold.owners = {job("vm1")};  // the same name, and not the domain
    ASSERT_TRUE(save_hold(kernel, hold));
  }
  EXPECT_EQ(libvirt("prepare", k_whole_card), exit_code(ErrorKind::refused));
  EXPECT_THAT(err,
              AllOf(HasSubstr("gpupass holds 0000:01:00.0 and 0000:01:00.1 for job vm1, and not for vm1"),
                    HasSubstr("`gpupass unbind 0000:01:00.0 --for vm1` returns it"),
                    testing::Not(HasSubstr("--shared"))));
  EXPECT_THAT(kernel.writes(), IsEmpty());
}

TEST_F(Hook, RefusesWhatIsHeldForOtherDomainsOnly) {
  hold_for_vm1();
  auto holds = load_holds(kernel).value();
  for (auto& hold : holds) {
    hold.owners = {{"vm2", ""}};
    ASSERT_TRUE(save_hold(kernel, hold));
  }
  for (const bool ours : {true, false}) {
    EXPECT_EQ(libvirt("prepare", domain(hostdev("0", ours) + hostdev("1", ours))),
              exit_code(ErrorKind::refused));
    EXPECT_THAT(err, AllOf(HasSubstr("gpupass holds 0000:01:00.0 and 0000:01:00.1 for vm2, and not for vm1"),
                           HasSubstr("`gpupass attach vm1 0000:01:00.0 0000:01:00.1 --config --shared`")));
  }
  EXPECT_THAT(kernel.writes(), IsEmpty());
  for (auto& hold : holds) {
    hold.owners.push_back({"vm1", "qemu:///system"});
    ASSERT_TRUE(save_hold(kernel, hold));
  }
  EXPECT_EQ(libvirt("prepare", k_whole_card), 0) << err;
}

TEST_F(Hook, PassesDomainsWithoutOurCardsUnread) {
  EXPECT_EQ(libvirt("prepare", domain("")), 0);
  EXPECT_EQ(libvirt("prepare", domain(hostdev("0", false))), 0);
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_THAT(kernel.writes(), IsEmpty());
}

TEST_F(Hook, RefusesInOneLineAndChangesNothing) {
  hold_for_vm1();
  EXPECT_EQ(libvirt("prepare", domain(hostdev("0"))), exit_code(ErrorKind::refused)) << "half a group";
  EXPECT_THAT(err,
              AllOf(testing::StartsWith("gpupass: "), HasSubstr("0000:01:00.1"), testing::EndsWith("\n")));
  EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1);
  EXPECT_EQ(libvirt("prepare", domain(hostdev("0") + hostdev("1") + hostdev("7"))),
            exit_code(ErrorKind::refused));
  EXPECT_THAT(err, HasSubstr("0000:01:00.7 is not in this machine"));
  EXPECT_EQ(libvirt("prepare", "not XML"), exit_code(ErrorKind::invalid));
  EXPECT_THAT(kernel.writes(), IsEmpty());
}

TEST_F(Hook, PutsBackWhatItBoundWhereABindFails) {
  kernel.reject_probe("vfio-pci", k_audio);
  hold_for_vm1();
  EXPECT_NE(libvirt("prepare", k_whole_card), 0);
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel");
  EXPECT_EQ(libvirt("release", k_whole_card), 0) << "libvirt calls it after a start that failed, too";
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
}

TEST_F(Hook, IsInstalledBesideOthersAndNeverOverThem) {
  const std::string path = "/etc/libvirt/hooks/qemu.d/gpupass";
  EXPECT_EQ(call(cli::hook_status, {}), 1);
  EXPECT_EQ(call(cli::hook_install, {}), 0) << err;
  EXPECT_THAT(out, HasSubstr("systemctl restart libvirtd"));
  const auto text = kernel.read(path).value();
  EXPECT_THAT(text, AllOf(testing::StartsWith("#!/bin/sh\n"), HasSubstr("hook run qemu \"$@\"")));
  EXPECT_NE(std::filesystem::status(tree.at(path)).permissions() & std::filesystem::perms::owner_exec,
            std::filesystem::perms::none);
  EXPECT_EQ(call(cli::hook_install, {}), 0);
  EXPECT_THAT(out, AllOf(HasSubstr("unchanged: " + path + " is installed"), Not(HasSubstr("restart"))));
  EXPECT_EQ(call(cli::hook_status, {}), 0);
  EXPECT_EQ(call(cli::hook_uninstall, {}), 0);
  EXPECT_FALSE(kernel.exists(path));
  EXPECT_EQ(call(cli::hook_uninstall, {}), 0);
  EXPECT_THAT(out, HasSubstr("unchanged: " + path + " is not installed"));
  EXPECT_THAT(*load_journals(kernel), IsEmpty());

  tree.file(path, "#!/bin/sh\necho mine\n");
  EXPECT_EQ(call(cli::hook_install, {}), exit_code(ErrorKind::refused));
  EXPECT_EQ(call(cli::hook_uninstall, {}), exit_code(ErrorKind::refused));
  EXPECT_EQ(kernel.read(path).value(), "#!/bin/sh\necho mine\n");
  EXPECT_EQ(call(cli::hook_install, {"--driver", "xen"}), exit_code(ErrorKind::usage));
}

/// Runs the hook file as libvirt would; what it says on standard error.
std::pair<int, std::string> run_file(const std::filesystem::path& file) {
  Host here;
  const auto end = here.run({.argv = {file.string(), "vm1", "prepare", "begin", "-"}, .input = "<domain/>"});
  EXPECT_TRUE(end) << (end ? "" : describe(end.error()));
  return end ? std::pair(end->status, end->errors) : std::pair(-1, std::string());
}

TEST_F(Hook, ItsFileLetsDomainsStartOnceTheProgramIsGone) {
  const std::string path = "/etc/libvirt/hooks/qemu.d/gpupass";
  ASSERT_EQ(call(cli::hook_install, {}), 0) << err;
  auto text = kernel.read(path).value();
  const auto program = sys::executable().string();
  for (std::size_t at = 0; (at = text.find(program, at)) != text.npos;)
    text.replace(at, program.size(), "/gone/gpupass");
  tree.file(path, text);
  const auto [status, said] = run_file(tree.at(path));
  EXPECT_EQ(status, 0);
  EXPECT_THAT(said,
              AllOf(HasSubstr("/gone/gpupass"), HasSubstr("to remove this hook: rm "), HasSubstr(path)));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

TEST_F(Hook, ADryRunShowsTheStepAndRefusesWhatTheRunRefuses) {
  EXPECT_EQ(call(cli::hook_install, {"--dry-run"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("write /etc/libvirt/hooks/qemu.d/gpupass"), HasSubstr("put back")));
  EXPECT_FALSE(kernel.exists("/etc/libvirt"));
  EXPECT_FALSE(kernel.exists("/run/gpupass/hooks.lock"));
  tree.file("/etc/libvirt/hooks/qemu.d/gpupass", "#!/bin/sh\necho mine\n");
  EXPECT_EQ(call(cli::hook_install, {"--dry-run"}), 5);
  EXPECT_EQ(call(cli::hook_uninstall, {"--dry-run"}), 5);
  tree.remove("/etc/libvirt/hooks/qemu.d/gpupass");
  kernel.writable_by_others.insert(sys::executable().string());
  EXPECT_EQ(call(cli::hook_install, {"--dry-run"}), 5);
}

TEST_F(Hook, AnInterruptedInstallingIsRecoveredBeforeAnother) {
  struct PowerCut {};
  const std::string path = "/etc/libvirt/hooks/qemu.d/gpupass";
  kernel.after_change = [&](const test::FakeKernel::Change& change) {
    if (change.path.ends_with(path)) throw PowerCut();
    return 0;
  };
  EXPECT_THROW(call(cli::hook_install, {}), PowerCut);
  kernel.after_change = {};
  for (const auto action : {cli::hook_install, cli::hook_uninstall}) {
    for (const auto& words : {std::vector<std::string>{"--timeout", "1"}, {"--dry-run"}}) {
      EXPECT_EQ(call(action, words), exit_code(ErrorKind::busy));
      EXPECT_THAT(err, AllOf(HasSubstr(path + ": an earlier command did not end"),
                             HasSubstr("`gpupass recover` finishes or undoes it")));
    }
  }
  EXPECT_EQ(call(cli::recover, {}), 0) << err;
  EXPECT_FALSE(kernel.exists(path));
  EXPECT_EQ(call(cli::hook_install, {}), 0) << err;
}

TEST_F(Hook, AnotherDriversHookInTheSameFolderIsStillFound) {
  const std::string folder = "/opt/libvirt/hooks";
  for (const auto* const driver : {"qemu", "lxc"})
    ASSERT_EQ(call(cli::hook_install, {"--hooks", folder, "--driver", driver}), 0) << err;
  ASSERT_EQ(call(cli::hook_uninstall, {"--driver", "lxc"}), 0) << err;
  EXPECT_FALSE(kernel.exists(folder + "/lxc.d/gpupass"));
  EXPECT_EQ(call(cli::hook_status, {}), 0) << out;
  ASSERT_EQ(call(cli::hook_uninstall, {}), 0) << err;
  EXPECT_FALSE(kernel.exists(folder + "/qemu.d/gpupass"));
  EXPECT_FALSE(kernel.exists("/var/lib/gpupass/hooks"));
}

TEST_F(Hook, AFileThatIsNoProgramIsMended) {
  const std::string path = "/etc/libvirt/hooks/qemu.d/gpupass";
  ASSERT_EQ(call(cli::hook_install, {}), 0) << err;
  std::filesystem::permissions(tree.at(path), std::filesystem::perms(0644));
  ASSERT_EQ(call(cli::hook_install, {}), 0) << err;
  EXPECT_EQ(kernel.mode_of(path), 0755U);
}

TEST_F(Hook, AFileOfAnEarlierVersionIsMended) {
  const std::string path = "/etc/libvirt/hooks/qemu.d/gpupass";
  tree.file(path, "#!/bin/sh\n# gpupass: what libvirt asks before it starts a domain\nexec '" +
                      sys::executable().string() + "' hook run qemu \"$@\"\n");
  EXPECT_EQ(call(cli::hook_status, {}), 1);
  EXPECT_THAT(out, HasSubstr("`gpupass hook install` updates it"));
  EXPECT_EQ(call(cli::hook_install, {}), 0) << err;
  EXPECT_EQ(call(cli::hook_status, {}), 0);
}

TEST_F(Hook, AFolderIsMeantFromWhereOneStands) {
  EXPECT_EQ(call(cli::hook_status, {"--hooks", "hooks"}), 1);
  EXPECT_THAT(out,
              testing::StartsWith((std::filesystem::current_path() / "hooks/qemu.d/gpupass: ").string()));
  EXPECT_EQ(call(cli::hook_install, {"--hooks", ""}), exit_code(ErrorKind::usage));
  EXPECT_FALSE(kernel.exists("/qemu.d"));
}

TEST_F(Hook, RunExplainsItselfToAPerson) {
  for (const auto* const word : {"--help", "-h"}) {
    EXPECT_EQ(call(cli::hook_run, {word}), 0) << err;
    EXPECT_THAT(out, testing::StartsWith("usage: gpupass hook run DRIVER NAME OPERATION"));
  }
  EXPECT_EQ(call(cli::hook_run, {"qemu"}), exit_code(ErrorKind::usage));
}

}  // namespace
}  // namespace gpupass
