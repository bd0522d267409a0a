// SPDX-License-Identifier: GPL-2.0-or-later
// Every point at which a command can be killed or fail: before, inside and after each thing that it changes
// (a kernel file, a program, a file of the host, libvirt), each on a machine of its own. A command survives a
// point if what it says is so, and if `recover` then leaves the machine as it was before, or as the command
// was to make it. How many points were tried and survived is printed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "gpupass/boot_binding.hpp"
#include "gpupass/cli/run.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/sys/fd.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_agent.hpp"
#include "support/fake_kernel.hpp"
#include "support/faulty_libvirt.hpp"
#include "support/golden.hpp"
#include "support/gpu_host.hpp"
#include "support/guest_tools.hpp"
#include "support/in_memory.hpp"
#include "support/suite_words.hpp"

namespace gpupass::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;
using Change = test::FakeKernel::Change;

/// What a power cut is to a program; no std::exception, which a command would make an error of.
struct PowerCut {};

/// With a port for each function that a running guest is given.
const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/>"
    "<controller type='pci' index='1' model='pcie-root-port'/>"
    "<controller type='pci' index='2' model='pcie-root-port'/>"
    "<channel type='unix'><source mode='bind' path='/none'/>"
    "<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel></devices></domain>";

const char* const k_second_domain =
    "<domain type='kvm'><name>vm2</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

std::string hostdev(int function) {
  return fmt::format(
      "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' "
      "slot='0x00' function='0x{0}'/></source><alias name='ua-gpupass-0000-01-00-{0}'/></hostdev>",
      function);
}

const std::string k_started =
    "<domain type='kvm'><name>vm1</name><devices>" + hostdev(0) + hostdev(1) + "</devices></domain>";

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

const bool k_in_memory = test::in_memory();

/// A qcow2 of version 2 that names no other file.
std::string image_header() {
  std::string header("QFI\xfb\0\0\0\2", 8);
  header.resize(512);
  return header;
}

/// The names of the files below a folder.
std::set<std::string> names_below(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (!entry.is_directory() || entry.is_symlink())
      names.insert(entry.path().lexically_relative(folder).string());
  }
  return names;
}

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
        .dir("/var/lib/libvirt/images")
        .file("/var/lib/lxc/web/config", "lxc.uts.name = web\n")
        .file("/etc/default/grub", "GRUB_TIMEOUT=5\n")
        .file("/srv/cloud.qcow2", image_header())
        .file("/srv/key.pub", "ssh-ed25519 AAAA somebody\n")
        .file("/srv/gpupass-bench", "the suite")
        .file("/sys/devices/system/cpu/online", "0-3\n")
        .file("/proc/meminfo", "MemTotal: 16777216 kB\nMemFree: 8388608 kB\n");
    tree.file("/sys/devices/pci0000:00/0000:00:02.0/drm/renderD128/dev", "226:128\n")
        .file("/dev/dri/renderD128", "c 226:128 0666 0\n");
    test::add_nvidia_driver(tree, test::k_gpu);
    kernel.add_program("/usr/sbin/update-initramfs");
    for (const auto* const driver : {"nvidia", "snd_hda_intel"}) kernel.add_driver(driver);
    kernel.prefer(test::k_gpu, "nvidia").prefer(test::k_audio, "snd_hda_intel");
    kernel.on_run = [this](const Program& program) { return run_tool(program.argv); };
    guest.files["/usr/bin/gpupass-bench"] = "the suite";
  }

  /// A command, or what happens to a machine: "boot", and "start" or "end" of vm1.
  int run(const Words& words) {
    if (words.front() == "boot") return boot();
    if (words.front() == "start") domains.at("vm1").live = domains.at("vm1").config;
    if (words.front() == "end") domains.at("vm1").live.clear();
    if (words.front() == "start" || words.front() == "end") return 0;
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      GPUPASS_TRY(test::FaultyLibvirt::connects(kernel));
      return std::make_unique<test::FaultyLibvirt>(
          domains, kernel, "fake:///", [this](const std::string& text) { return ask_guest(text); });
    };
    auto line = words;
    for (auto& word : line) {  // what a command opens by itself, it finds by its real path
      if (word.starts_with("TREE/")) word = tree.at(word.substr(4)).string();
    }
    const bool is_libvirts = words.size() > 1 && words[0] == "hook" && words[1] == "run";
    if (!is_libvirts) line.insert(line.end(), {"--timeout", "1"});
    const auto heard = test::run_line({kernel, connect, test::source(), "fake:///"}, line,
                                      {.columns = 200, .typed = k_started});
    said = heard.out + heard.err;
    constexpr int k_inconclusive = 14;  // an experiment's answer, of one block: it was done
    return heard.status == k_inconclusive ? 0 : heard.status;
  }

  /// All that a command may change, but for its journal.
  [[nodiscard]] std::string state() {
    std::string text = files_below(tree.at("/etc")) + files_below(tree.at("/var/lib/libvirt")) +
                       files_below(tree.at("/var/lib/lxc"));
    for (const auto& [name, domain] : domains) {
      text += fmt::format("{}: {}\n{}", name, domain.config, domain.live.empty() ? "off" : "running with");
      if (!domain.live.empty()) {
        const auto functions = hostdev_functions(domain.live).value();
        for (const auto& function : functions) text += " " + to_string(function);
      }
      text += "\n";
    }
    for (const auto* const device : {test::k_gpu, test::k_audio})
      text += fmt::format("{}: {}, override {}", device, kernel.driver(device),
                          tree.text(std::string("/sys/bus/pci/devices/") + device + "/driver_override"));
    text += kernel.exists("/sys/bus/pci/drivers/vfio-pci") ? "vfio-pci is loaded\n" : "";
    for (const auto* const folder : {"holds", "bindings"})
      text += files_below(tree.at(std::string("/var/lib/gpupass/") + folder));
    for (const auto* const record : {"cdi.json", "hooks"})
      text += kernel.read(std::string("/var/lib/gpupass/") + record).value_or("");
    return text;
  }
  /// What says that something was begun.
  [[nodiscard]] std::string journals() { return files_below(tree.at("/var/lib/gpupass/journal")); }
  /// Every file where gpupass may write.
  [[nodiscard]] std::set<std::string> files() {
    std::set<std::string> all;
    for (const auto* const folder : {"/etc", "/run", "/var"}) {
      for (const auto& name : names_below(tree.at(folder))) all.insert(folder + ("/" + name));
    }
    return all;
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::LibvirtDomains domains{{"vm1", {k_domain, ""}}, {"vm2", {k_second_domain, ""}}};
  test::FakeAgent guest;
  std::string said;

 private:
  /// Of a guest in which gpupass-bench is run.
  Result<std::string> ask_guest(const std::string& text) {
    const auto command = core::Json::parse(text);
    if (command.at("execute") == "guest-exec" &&
        command.at("arguments").at("path") == "/usr/bin/gpupass-bench")
      guest.result = test::result_of(command.at("arguments").at("arg").get<Words>());
    return guest.answer(text);
  }

  /// Every driver has its devices again, vfio-pci is not loaded, and no guest runs.
  int boot() {
    tree.file("/proc/sys/kernel/random/boot_id", "another-boot\n");
    for (const auto* const device : {test::k_gpu, test::k_audio}) {
      tree.file(std::string("/sys/bus/pci/devices/") + device + "/driver_override", "(null)\n");
      kernel.give_up(device);
      EXPECT_TRUE(kernel.write({"/sys/bus/pci/drivers_probe", device, std::chrono::seconds(1)}));
    }
    tree.remove("/sys/bus/pci/drivers/vfio-pci");
    for (auto& [name, domain] : domains) domain.live.clear();
    return 0;
  }

  std::optional<ProgramEnd> run_tool(const Words& argv) {
    if (std::ranges::count(argv, "--list") > 0) return ProgramEnd{0, R"({"cases": [{"missing": ""}]})", ""};
    if (argv.front() == "setpriv") return ProgramEnd{0, test::result_of(argv), ""};
    return test::guest_tool(tree, argv);
  }
};

struct Scenario {
  const char* name;
  std::vector<Words> before;  // what was done on that machine
  int killed_at = -1;         // the last of it was killed before this change; -1: it was not
  Words command;
  std::size_t every = 1;  // of a long command's points; all where GPUPASS_EVERY_POINT is set
};

// ---- faults ------------------------------------------------------------------------------------

enum class Fault { kill_before, torn, kill_after, fails, done_but_fails, full_from_here, silent_from_here };
constexpr std::array k_fault_names = {"killed before",
                                      "killed inside",
                                      "killed after",
                                      "fails",
                                      "done, but fails",
                                      "the disk is full from here",
                                      "libvirt does not answer from here"};

bool writes_a_file(const std::string& what) {
  return what.starts_with("write ") || what.starts_with("append ");
}
bool asks_libvirt(const std::string& what) {
  return what.starts_with("libvirt ");
}
/// It changes nothing, but its answer may not come.
bool only_reads(const std::string& what) {
  return what.starts_with("libvirt read ");
}

/// What a call can end with: the commonest first, and the others by turns from point to point. FakeKernel
/// takes ECHILD for a program that ends with 1.
std::vector<int> errors_of(const std::string& what, int point) {
  const auto with_one_of = [point](int first, const std::vector<int>& others) {
    return std::vector{first, others.at(static_cast<std::size_t>(point) % others.size())};
  };
  if (asks_libvirt(what)) return {EIO, ETIMEDOUT};
  if (what.starts_with("run modprobe -r")) return {ENOENT, ETIMEDOUT};  // one in use stays, and ends with 1
  if (what.starts_with("run ")) return {ECHILD, ENOENT, ETIMEDOUT};
  if (what.starts_with("kernel ")) return with_one_of(EIO, {EBUSY, ENODEV, EACCES});
  return with_one_of(EIO, {ENOSPC, EROFS, EACCES});
}

struct Try {
  Fault fault;
  int point;
  int error = 0;  // the errno that it fails with
};

/// Everything that can happen at the points of a command, each named by its change. Killed after one is
/// killed before the next, and only what is written to a file can be torn.
std::vector<Try> tries_at(const std::vector<std::string>& changes) {
  std::vector<Try> all;
  for (int point = 0; point < static_cast<int>(changes.size()); ++point) {
    const auto& what = changes.at(static_cast<std::size_t>(point));
    for (const int error : errors_of(what, point)) {
      all.push_back({Fault::fails, point, error});
      const bool later = error == EIO || error == ETIMEDOUT || error == ECHILD;
      if (later && !only_reads(what)) all.push_back({Fault::done_but_fails, point, error});
    }
    if (asks_libvirt(what)) all.push_back({Fault::silent_from_here, point, EIO});
    if (only_reads(what)) continue;
    all.push_back({Fault::kill_before, point});
    if (writes_a_file(what)) {
      all.push_back({Fault::torn, point});
      all.push_back({Fault::full_from_here, point, ENOSPC});
    }
  }
  all.push_back({Fault::kill_after, static_cast<int>(changes.size()) - 1});
  return all;
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

struct Injected {
  int seen = 0;
  std::string at;
};

/// What comes at and behind the point: an errno, 0 to go on.
int answer(Machine& machine, const Try& one, int number, const Change& change) {
  const bool here = number == one.point;
  switch (one.fault) {
    case Fault::full_from_here:
      return number >= one.point && writes_a_file(change.what) ? one.error : 0;
    case Fault::silent_from_here:
      return number >= one.point && asks_libvirt(change.what) ? one.error : 0;
    case Fault::fails:
      return here ? one.error : 0;
    case Fault::torn:
      if (here && writes_a_file(change.what)) tear(machine, change);
      [[fallthrough]];
    case Fault::kill_before:
      if (here) throw PowerCut();
      return 0;
    case Fault::kill_after:
    case Fault::done_but_fails:
      return 0;
  }
  return 0;
}

void inject(Machine& machine, const Try& one, Injected& injected) {
  machine.kernel.before_change = [&machine, one, &injected](const Change& change) {
    const int number = injected.seen++;
    if (number == one.point) injected.at = change.what;
    return answer(machine, one, number, change);
  };
  machine.kernel.after_change = [one, &injected](const Change&) {
    if (injected.seen - 1 != one.point) return 0;
    if (one.fault == Fault::kill_after) throw PowerCut();
    return one.fault == Fault::done_but_fails ? one.error : 0;
  };
}

void mend(Machine& machine) {
  machine.kernel.before_change = {};
  machine.kernel.after_change = {};
}

/// Kills a command inside its change number `point`, reads of libvirt not counted.
void kill_at(Machine& machine, int point) {
  machine.kernel.before_change = [&machine, point, seen = 0](const Change& change) mutable {
    if (only_reads(change.what) || seen++ != point) return 0;
    if (writes_a_file(change.what)) tear(machine, change);
    throw PowerCut();
  };
}

/// A machine on which the scenario's command is about to run.
void prepare(Machine& machine, const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.before.size(); ++i) {
    const bool killed = i + 1 == scenario.before.size() && scenario.killed_at >= 0;
    if (killed) kill_at(machine, scenario.killed_at);
    try {
      ASSERT_EQ(machine.run(scenario.before[i]), 0) << machine.said;
      ASSERT_FALSE(killed) << "it has no change number " << scenario.killed_at;
    } catch (const PowerCut&) {
    }
    mend(machine);
  }
}

// ---- the walk ----------------------------------------------------------------------------------

class Faults : public testing::TestWithParam<Scenario> {
 protected:
  /// Learns how the machine is before the command, after it, and once `recover` has run after that.
  void learn() {
    const auto& scenario = GetParam();
    is_recover = scenario.command.front() == "recover";
    Machine earlier;
    for (std::size_t i = 0; is_recover && i + 1 < scenario.before.size(); ++i)
      ASSERT_EQ(earlier.run(scenario.before[i]), 0);
    undone = earlier.state();
    Machine machine;
    prepare(machine, scenario);
    begin = machine.state();
    machine.kernel.before_change = [&](const Change& change) {
      changes.push_back(change.what);
      return 0;
    };
    ASSERT_EQ(machine.run(scenario.command), 0) << machine.said;
    mend(machine);
    end = machine.state();
    ASSERT_EQ(machine.journals(), "");
    known = machine.files();
    ASSERT_EQ(machine.run({"recover"}), 0) << machine.said;
    settled = machine.state();
    known.merge(machine.files());
    Machine fresh;
    prepare(fresh, scenario);
    known.merge(fresh.files());
    known.merge(earlier.files());
  }

  /// What a command said with its status. Empty: it is so. Where libvirt answers nothing any more, a command
  /// cannot know that all is put back.
  [[nodiscard]] std::string judge_status(Fault fault, const std::string& state, int status) const {
    constexpr int k_partial = 12, k_timeout = 7;
    const bool can_know = fault != Fault::silent_from_here;
    if (status == 0 && state != end && !is_undone(state)) return "it ended with 0 and was not done";
    if (status == k_partial && state == begin && !is_recover && can_know)
      return "it ended with 12, and all was put back";
    if (status != 0 && status != k_partial && status != k_timeout && state != begin && state != end)
      return fmt::format("it ended with {} and was not put back", status);
    return "";
  }

  /// Empty: it survived.
  [[nodiscard]] std::string judge(Machine& machine, Fault fault, std::optional<int> status) const {
    if (status) {
      if (auto wrong = judge_status(fault, machine.state(), *status); !wrong.empty()) return wrong;
    }
    if (auto names = unknown_files(machine, true); !names.empty()) return "there is now " + names;
    if (const int recovered = machine.run({"recover"}); recovered != 0)
      return fmt::format("recover ended with {}: {}", recovered, machine.said);
    if (const auto left = machine.journals(); !left.empty()) return "a journal is left: " + left;
    if (auto names = unknown_files(machine, false); !names.empty()) return "after recover there is " + names;
    const auto state = machine.state();
    if (is_undone(state) || state == end) return "";
    if (state != begin && state != settled)
      return "after recover it is neither as before nor as after:\n" + state;
    return run_again(machine);
  }

  /// Files that nobody would expect: neither those of a machine on which all went well, nor, until recover
  /// has run, what says that something was begun.
  [[nodiscard]] std::string unknown_files(Machine& machine, bool begun) const {
    std::string names;
    for (const auto& name : machine.files()) {
      const bool says_begun = name.starts_with("/var/lib/gpupass/journal/") ||
                              fs::path(name).filename().string().find(".gpupass-1-0") != std::string::npos;
      const bool may_hold = name.starts_with("/var/lib/gpupass/holds/") && begun;
      const bool is_lock = name.starts_with("/run/gpupass/") && name.ends_with(".lock");
      if (!known.contains(name) && !is_lock && !may_hold && !(begun && says_begun)) names += name + " ";
    }
    return names;
  }

  [[nodiscard]] std::string run_again(Machine& machine) const {
    const auto& scenario = GetParam();
    if (machine.run(scenario.command) != 0) return "it cannot be run again: " + machine.said;
    return machine.state() == end
               ? ""
               : "run again, it does not come to its end:\n" + machine.state() + "but for:\n" + end;
  }

  /// A command that cannot be carried on is undone by recover, which then has done its work.
  [[nodiscard]] bool is_undone(const std::string& state) const { return is_recover && state == undone; }

  std::vector<std::string> changes;
  std::string begin, end, settled;
  std::string undone;           // before the command that recover is for
  std::set<std::string> known;  // the files that there are where nothing goes wrong
  bool is_recover = false;
};

TEST_P(Faults, AreSurvivedAtEveryPoint) {
  const auto& scenario = GetParam();
  ASSERT_NO_FATAL_FAILURE(learn());
  ASSERT_FALSE(changes.empty());
  int tried = 0, survived = 0;
  const auto tries = tries_at(changes);
  const auto step = std::getenv("GPUPASS_EVERY_POINT") == nullptr ? scenario.every : 1U;
  for (std::size_t i = 0; i < tries.size(); i += step) {
    const auto& one = tries[i];
    Machine machine;
    prepare(machine, scenario);
    Injected injected;
    inject(machine, one, injected);
    std::optional<int> status;
    try {
      status = machine.run(scenario.command);
    } catch (const PowerCut&) {
    }
    mend(machine);
    const auto said = machine.said;
    ++tried;
    const auto wrong = judge(machine, one.fault, status);
    survived += wrong.empty() ? 1 : 0;
    EXPECT_EQ(wrong, "") << scenario.name << ", change " << one.point << " (" << injected.at
                         << "): " << k_fault_names.at(static_cast<std::size_t>(one.fault)) << " " << one.error
                         << "\nstatus " << (status ? std::to_string(*status) : "killed") << "\n"
                         << said;
    if (HasFailure() && tried - survived > 20) break;
  }
  std::cout << fmt::format("{}: {}{} points tried, {} survived\n", scenario.name, tried,
                           step > 1 ? fmt::format(" of {}", tries.size()) : "", survived);
}

const Words k_attach{"attach", "vm1", "01:00.0"};
const Words k_detach{"detach", "vm1", "01:00"};
const Words k_share{"attach", "vm2", "01:00.0", "--shared"};
const Words k_install{"hook", "install"};
const Words k_install_elsewhere{"hook", "install", "--hooks", "/etc/libvirt-10/hooks"};
const Words k_remove_hook{"hook", "uninstall"};
const Words k_lend{"attach", "vm1", "01:00.0", "--lend"};
const Words k_lend_shared{"attach", "vm2", "01:00.0", "--lend", "--shared"};
const Words k_hook_prepare{"hook", "run", "qemu", "vm1", "prepare", "begin", "-"};
const Words k_hook_release{"hook", "run", "qemu", "vm1", "release", "end", "-"};
const Words k_describe{"container", "write", "00:02.0"};
const Words k_describe_gpu{"container", "write", "01:00.0"};
const Words k_attach_lxc{"container", "attach", "lxc:web", "00:02.0"};
const Words k_persist{"bind", "01:00", "--persist", "--apply"};
const Words k_create{"guest",     "create", "g1",    "--image",   "/srv/cloud.qcow2", "--gpu",     "01:00.0",
                     "--network", "none",   "--yes", "--ssh-key", "TREE/srv/key.pub", "--profile", "minimal"};
const Words k_delete{"guest", "delete", "g1", "--yes"};
const Words k_experiment{"bench",    "experiment", "--gpu",     "01:00.0",
                         "--domain", "vm1",        "--group",   "pci",
                         "--blocks", "1",          "--seed",    "1",
                         "--out",    "TREE/out",   "--program", "TREE/srv/gpupass-bench",
                         "--yes"};

INSTANTIATE_TEST_SUITE_P(
    Commands, Faults,
    testing::Values(
        Scenario{"attach", {}, -1, k_attach}, Scenario{"attach_running", {{"start"}}, -1, k_attach},
        Scenario{"detach", {k_attach}, -1, k_detach},
        Scenario{"detach_running", {{"start"}, k_attach}, -1, k_detach},
        Scenario{"attach_shared", {k_attach}, -1, k_share},
        Scenario{"detach_shared", {k_attach, k_share}, -1, k_detach},
        Scenario{"attach_lent", {k_install}, -1, k_lend},
        Scenario{"attach_lent_returned", {k_install, k_attach}, -1, k_lend},
        Scenario{"detach_lent_shared", {k_install, k_lend, k_lend_shared}, -1, k_detach},
        Scenario{"hook_prepare_lent", {k_install, k_lend, {"start"}}, -1, k_hook_prepare},
        Scenario{"hook_release_lent", {k_install, k_lend, {"start"}, k_hook_prepare}, -1, k_hook_release},
        Scenario{"bind", {}, -1, {"bind", "01:00"}},
        Scenario{"unbind", {{"bind", "01:00"}}, -1, {"unbind", "01:00"}},
        Scenario{"bind_for", {}, -1, {"bind", "01:00", "--for", "one"}},
        Scenario{"unbind_for", {{"bind", "01:00", "--for", "one"}}, -1, {"unbind", "--for", "one"}},
        Scenario{"persist", {}, -1, k_persist},
        Scenario{"unpersist", {k_persist}, -1, {"unbind", "01:00", "--persist", "--apply"}},
        Scenario{"hook_install", {}, -1, k_install},
        Scenario{"hook_install_elsewhere", {}, -1, k_install_elsewhere},
        Scenario{"hook_remove", {k_install}, -1, k_remove_hook},
        Scenario{"hook_remove_elsewhere", {k_install_elsewhere}, -1, k_remove_hook},
        Scenario{"recover_hook_install", {k_install}, 3, {"recover"}},
        Scenario{"recover_hook_remove", {k_install, k_remove_hook}, 3, {"recover"}},
        Scenario{"container_write", {}, -1, k_describe},
        Scenario{"container_remove", {k_describe}, -1, {"container", "remove"}},
        Scenario{"attach_described", {k_describe_gpu}, -1, k_attach, 3},
        Scenario{"detach_described", {k_describe_gpu, k_attach}, -1, k_detach, 3},
        Scenario{"recover_attach_described", {k_describe_gpu, k_attach}, 12, {"recover"}},
        Scenario{"container_attach", {}, -1, k_attach_lxc},
        Scenario{"container_detach", {k_attach_lxc}, -1, {"container", "detach", "lxc:web"}},
        // libvirt counts a domain that is being started as running; where the start comes to nothing, it is
        // off, and recover returns what was lent to it.
        Scenario{"hook_prepare", {k_attach, {"boot"}, {"start"}}, -1, k_hook_prepare},
        Scenario{"hook_prepare_for_nothing", {k_attach, {"boot"}}, -1, k_hook_prepare},
        Scenario{"hook_release", {k_attach, {"boot"}, {"start"}, k_hook_prepare}, -1, k_hook_release},
        Scenario{"hook_release_off", {k_attach, {"boot"}, k_hook_prepare}, -1, k_hook_release},
        Scenario{"guest_create", {}, -1, k_create}, Scenario{"guest_delete", {k_create}, -1, k_delete},
        Scenario{"recover_create_begun", {k_create}, 5, {"recover"}},
        Scenario{"recover_create_defined", {k_create}, 8, {"recover"}},
        Scenario{"bench_experiment", {}, -1, k_experiment, 41},
        Scenario{"recover_attach_begun", {k_attach}, 6, {"recover"}},
        Scenario{"recover_attach_late", {k_attach}, 21, {"recover"}},
        Scenario{"recover_attach_running", {{"start"}, k_attach}, 24, {"recover"}},
        Scenario{"recover_detach", {k_attach, k_detach}, 9, {"recover"}},
        Scenario{"recover_hook", {k_attach, {"boot"}, {"start"}, k_hook_prepare}, 15, {"recover"}},
        Scenario{"recover_loan", {k_attach, {"boot"}, {"start"}, k_hook_prepare, {"end"}}, -1, {"recover"}},
        Scenario{"recover_forget", {k_attach}, 21, {"recover", "--forget"}}),
    [](const testing::TestParamInfo<Scenario>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace gpupass::cli
