// SPDX-License-Identifier: GPL-2.0-or-later
// Every point at which a command can be killed or fail: before, inside and after each thing that it changes
// (a kernel file, a program, a file of the host, libvirt), each on a machine of its own. A command survives a
// point if what it says is so, and if `recover` then leaves the machine as it was before, or as the command
// was to make it. How many points were tried and survived is printed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "cli/run.hpp"
#include "gpupass/boot_binding.hpp"
#include "gpupass/journal.hpp"
#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/shared_hypervisor.hpp"
#include "sys/fd.hpp"

namespace gpupass::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;
using Change = test::FakeKernel::Change;

/// What a power cut is to a program; no std::exception, which a command would make an error of.
struct PowerCut {};

const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

std::string hostdev(int function) {
  return fmt::format(
      "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' "
      "slot='0x00' function='0x{0}'/></source><alias name='ua-gpupass-0000-01-00-{0}'/></hostdev>",
      function);
}

const std::string k_started =
    "<domain type='kvm'><name>vm1</name><devices>" + hostdev(0) + hostdev(1) + "</devices></domain>";

/// Its changes are points, too.
class FaultyHypervisor final : public test::SharedHypervisor {
 public:
  FaultyHypervisor(Hypervisor& libvirt, const std::map<std::string, std::string>& others,
                   test::FakeKernel& kernel)
      : SharedHypervisor(libvirt, others), kernel_(kernel) {}
  [[nodiscard]] Result<void> define(const std::string& xml) override {
    const Change change{"libvirt define", "", ""};
    if (const int error = kernel_.before_change ? kernel_.before_change(change) : 0; error != 0)
      return no(error);
    GPUPASS_TRY(SharedHypervisor::define(xml));
    const int error = kernel_.after_change ? kernel_.after_change(change) : 0;
    return error != 0 ? no(error) : Result<void>{};
  }

 private:
  static Result<void> no(int error) {
    return fail(error == ETIMEDOUT ? ErrorKind::timeout : ErrorKind::hypervisor, "libvirt did not answer");
  }
  test::FakeKernel& kernel_;
};

/// The files and links below a folder, with what is in them; empty folders do not count.
std::string files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.is_directory() && !entry.is_symlink()) continue;
    std::stringstream text;
    if (entry.is_symlink()) {
      text << fs::read_symlink(entry.path());
    } else {
      text << std::ifstream(entry.path()).rdbuf();
    }
    files[entry.path().lexically_relative(folder).string()] = text.str();
  }
  std::string all;
  for (const auto& [name, text] : files) all += name + ": " + text + "\n";
  return all;
}

/// Thousands of machines are made, and none outlives its test: in memory, where that is.
bool in_memory() {
  std::error_code error;
  return fs::is_directory("/dev/shm", error) && setenv("TMPDIR", "/dev/shm", 1) == 0;
}
const bool k_in_memory = in_memory();

class Machine {
 public:
  Machine() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    pci.add({.address = "0000:00:02.0",
             .class_code = 0x030000,
             .device = 0x9bc5,
             .driver = "i915",
             .group = 2,
             .boot_vga = 1});
    test::add_passthrough_kernel(tree);
    tree.file("/lib/systemd/systemd")
        .dir("/etc/initramfs-tools")
        .file("/etc/default/grub", "GRUB_TIMEOUT=5\n");
    kernel.add_program("/usr/sbin/update-initramfs");
    for (const auto* const driver : {"nvidia", "snd_hda_intel"}) kernel.add_driver(driver);
    kernel.prefer(test::k_gpu, "nvidia").prefer(test::k_audio, "snd_hda_intel");
  }

  int run(const Words& words) {
    std::istringstream in(k_started);
    std::ostringstream to_out, to_err;
    Terminal terminal{in, to_out, to_err, false, false, 200};
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<FaultyHypervisor>(libvirt, others, kernel);
    };
    Context context{kernel, terminal, connect, test::source(), "fake:///"};
    const auto command = std::ranges::find(commands(), words.front(), &Command::name);
    const int status = run_command(context, *command, {words.begin() + 1, words.end()});
    said = to_out.str() + to_err.str();
    return status;
  }

  /// All that a command may change, but for its journal.
  [[nodiscard]] std::string state() {
    std::string text = files_below(tree.at("/etc")) + libvirt.config() + "\n";
    for (const auto* const device : {test::k_gpu, test::k_audio})
      text += fmt::format("{}: {}, override {}", device, kernel.driver(device),
                          tree.text(std::string("/sys/bus/pci/devices/") + device + "/driver_override"));
    text += kernel.exists("/sys/bus/pci/drivers/vfio-pci") ? "vfio-pci is loaded\n" : "";
    for (const auto* const folder : {"holds", "bindings", "guests"})
      text += files_below(tree.at(std::string("/var/lib/gpupass/") + folder));
    return text;
  }
  [[nodiscard]] std::size_t journals() { return files_below(tree.at("/var/lib/gpupass/journal")).size(); }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", k_domain, ""};
  std::map<std::string, std::string> others;
  std::string said;
};

struct Scenario {
  const char* name;
  std::vector<Words> before;  // what was done on that machine
  int killed_at = -1;         // the last of it was killed before this change; -1: it was not
  Words command;
};

enum class Fault { kill_before, torn, kill_after, fails, done_but_fails, full_from_here };
constexpr std::array k_faults = {Fault::kill_before, Fault::torn,           Fault::kill_after,
                                 Fault::fails,       Fault::done_but_fails, Fault::full_from_here};
constexpr std::array k_fault_names = {"killed before", "killed inside",   "killed after",
                                      "fails",         "done, but fails", "the disk is full from here"};
constexpr std::array k_errors = {ENOSPC, EIO, EACCES, EBUSY, EROFS, ENODEV, ETIMEDOUT};

/// Killed after one change is killed before the next, and only what is written to a file can be torn.
bool is_told_apart(Fault fault, int point, const std::vector<bool>& files) {
  const auto at = static_cast<std::size_t>(point);
  if (fault == Fault::kill_after) return at + 1 == files.size();
  return (fault != Fault::torn && fault != Fault::full_from_here) || files[at];
}

bool writes_a_file(const Change& change) {
  return change.what.starts_with("write ") || change.what.starts_with("append ");
}

/// Half of what was to be written is there: of a line, in the file; of a whole file, beside it.
void tear(Machine& machine, const Change& change) {
  const auto half = change.text.substr(0, change.text.size() / 2);
  if (change.what.starts_with("append ")) {
    std::ofstream(machine.tree.at(change.path), std::ios::app) << half;
  } else {
    const fs::path path = change.path;
    machine.tree.file((path.parent_path() / ("." + path.filename().string() + ".gpupass-1-0")).string(),
                      half);
  }
}

/// Has the machine do that at its change number `point`. Returns whether it came to that point, in time.
struct Injected {
  int seen = 0;
  bool reached = false;
  std::string at;
};

void inject(Machine& machine, Fault fault, int point, Injected& injected) {
  machine.kernel.before_change = [&machine, fault, point, &injected](const Change& change) {
    const int number = injected.seen++;
    if (fault == Fault::full_from_here && number >= point) {
      if (!injected.reached) injected.at = change.what;
      injected.reached = true;
      return writes_a_file(change) ? ENOSPC : 0;
    }
    if (number != point) return 0;
    injected.reached = true;
    injected.at = change.what;
    if (fault == Fault::kill_before) throw PowerCut();
    if (fault == Fault::torn) {
      if (writes_a_file(change)) tear(machine, change);
      throw PowerCut();
    }
    const auto error = k_errors.at(static_cast<std::size_t>(point) % k_errors.size());
    return fault == Fault::fails ? error : 0;
  };
  machine.kernel.after_change = [fault, point, &injected](const Change&) {
    if (injected.seen - 1 != point) return 0;
    if (fault == Fault::kill_after) throw PowerCut();
    return fault == Fault::done_but_fails ? k_errors.at(static_cast<std::size_t>(point + 3) % k_errors.size())
                                          : 0;
  };
}

void mend(Machine& machine) {
  machine.kernel.before_change = {};
  machine.kernel.after_change = {};
}

/// A machine on which the scenario's command is about to run.
void prepare(Machine& machine, const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.before.size(); ++i) {
    const bool last = i + 1 == scenario.before.size();
    Injected killed;
    if (last && scenario.killed_at >= 0) inject(machine, Fault::torn, scenario.killed_at, killed);
    try {
      ASSERT_EQ(machine.run(scenario.before[i]), 0) << machine.said;
    } catch (const PowerCut&) {
    }
    mend(machine);
  }
}

class Faults : public testing::TestWithParam<Scenario> {
 protected:
  /// Empty: it survived.
  std::string judge(Machine& machine, std::optional<int> status) const {
    constexpr int k_partial = 12, k_timeout = 7;
    if (status && *status == 0 && machine.state() != end && !is_undone(machine.state()))
      return "it ended with 0 and was not done";
    if (status && *status != 0 && *status != k_partial && *status != k_timeout && machine.state() != begin &&
        machine.state() != end)
      return fmt::format("it ended with {} and was not put back", *status);
    if (status && *status == k_partial && machine.state() == begin && !is_recover)
      return "it ended with 12, and all was put back";
    if (const int recovered = machine.run({"recover"}); recovered != 0)
      return fmt::format("recover ended with {}: {}", recovered, machine.said);
    if (machine.journals() != 0) return "a journal is left";
    const auto state = machine.state();
    if (is_undone(state)) return "";
    if (state != begin && state != end)
      return "after recover it is neither as before nor as after:\n" + state;
    if (state == end) return "";
    if (machine.run(GetParam().command) != 0) return "it cannot be run again: " + machine.said;
    return machine.state() == end ? "" : "run again, it does not come to its end";
  }

  /// A command that cannot be carried on is undone by recover, which then has done its work.
  [[nodiscard]] bool is_undone(const std::string& state) const { return is_recover && state == undone; }

  std::string begin, end;
  std::string undone;  // before the command that recover is for
  bool is_recover = false;
};

TEST_P(Faults, AreSurvivedAtEveryPoint) {
  const auto& scenario = GetParam();
  is_recover = scenario.command.front() == "recover";
  if (is_recover) {
    Machine machine;
    for (std::size_t i = 0; i + 1 < scenario.before.size(); ++i)
      ASSERT_EQ(machine.run(scenario.before[i]), 0);
    undone = machine.state();
  }
  std::vector<bool> files;  // for each change, whether it writes a file
  {
    Machine machine;
    prepare(machine, scenario);
    begin = machine.state();
    machine.kernel.before_change = [&](const Change& change) {
      files.push_back(writes_a_file(change));
      return 0;
    };
    ASSERT_EQ(machine.run(scenario.command), 0) << machine.said;
    mend(machine);
    end = machine.state();
    ASSERT_EQ(machine.journals(), 0U);
  }
  ASSERT_FALSE(files.empty());
  const auto points = static_cast<int>(files.size());
  int tried = 0, survived = 0;
  for (const auto fault : k_faults) {
    for (int point = 0; point < points; ++point) {
      if (!is_told_apart(fault, point, files)) continue;
      Machine machine;
      prepare(machine, scenario);
      Injected injected;
      inject(machine, fault, point, injected);
      std::optional<int> status;
      try {
        status = machine.run(scenario.command);
      } catch (const PowerCut&) {
      }
      mend(machine);
      const auto said = machine.said;
      ++tried;
      const auto wrong = judge(machine, status);
      survived += wrong.empty() ? 1 : 0;
      EXPECT_EQ(wrong, "") << scenario.name << ", change " << point << " (" << injected.at
                           << "): " << k_fault_names.at(static_cast<std::size_t>(fault)) << "\nstatus "
                           << (status ? std::to_string(*status) : "killed") << "\n"
                           << said;
      if (HasFailure() && tried - survived > 20) return;
    }
  }
  std::cout << fmt::format("{}: {} points tried, {} survived\n", scenario.name, tried, survived);
}

INSTANTIATE_TEST_SUITE_P(
    Commands, Faults,
    testing::Values(Scenario{"attach", {}, -1, {"attach", "vm1", "01:00.0"}},
                    Scenario{"detach", {{"attach", "vm1", "01:00.0"}}, -1, {"detach", "vm1", "01:00"}},
                    Scenario{"bind", {}, -1, {"bind", "01:00"}},
                    Scenario{"unbind", {{"bind", "01:00"}}, -1, {"unbind", "01:00"}},
                    Scenario{"persist", {}, -1, {"bind", "01:00", "--persist", "--apply"}},
                    Scenario{"unpersist",
                             {{"bind", "01:00", "--persist", "--apply"}},
                             -1,
                             {"unbind", "01:00", "--persist", "--apply"}},
                    Scenario{"hook_install", {}, -1, {"hook", "install"}},
                    Scenario{"recover_attach_begun", {{"attach", "vm1", "01:00.0"}}, 6, {"recover"}},
                    Scenario{"recover_attach_late", {{"attach", "vm1", "01:00.0"}}, 21, {"recover"}},
                    Scenario{"recover_detach",
                             {{"attach", "vm1", "01:00.0"}, {"detach", "vm1", "01:00"}},
                             9,
                             {"recover"}}),
    [](const testing::TestParamInfo<Scenario>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace gpupass::cli
