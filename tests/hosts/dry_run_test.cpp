// SPDX-License-Identifier: GPL-2.0-or-later
// A dry run promises no more than the run: on each machine of this folder, made alive, every command that has
// --dry-run ends with it as it does without, and a run that is refused leaves the machine as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "gpupass/card.hpp"
#include "gpupass/cli/run.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/domain.hpp"
#include "gpupass/finding.hpp"
#include "gpupass/hold.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/judge/judge.hpp"
#include "hosts/machine.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/guest_tools.hpp"
#include "support/pseudo_terminal.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// A copy of a machine, whose kernel binds and unbinds as a real one does, and whose programs all succeed.
class Alive {
 public:
  explicit Alive(const std::string& machine) : libvirt_(test::domain_of(fs::path("hosts") / machine)) {
    fs::copy(
        test::fixture(fs::path("hosts") / machine / "root"), tree_.root(),
        fs::copy_options::recursive | fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing);
    tree_.file("/srv/image.qcow2", "an image").file("/suite", "gpupass-bench");
    // What a guest is fitted to.
    tree_.file("/sys/devices/system/cpu/online", "0-3\n")
        .file("/proc/meminfo", "MemTotal: 16777216 kB\nMemFree: 8388608 kB\n");
    kernel_.emplace(tree_);
    kernel_->add_driver("vfio-pci");
    kernel_->on_run = [this](const Program& program) {
      if (std::ranges::count(program.argv, "create") > 0) ++disks_made_;
      return program_end(program.argv);
    };
    inventory_ = discover::read_inventory(*kernel_, {.holders = false}).value();
    for (const auto& device : inventory_.devices) {
      const auto address = to_string(device.address);
      if (device.driver) kernel_->add_driver(*device.driver).prefer(address, *device.driver);
      const auto override = "/sys/bus/pci/devices/" + address + "/driver_override";
      if (!kernel_->exists(override)) tree_.file(override, "(null)\n");
    }
  }

  struct Said {
    int status = 0;
    std::string text;
  };

  Said run(const Words& words) {
    std::istringstream in;
    std::ostringstream out;
    cli::Terminal terminal{in, out, out, false, false, 200};
    const int status = run(words, terminal);
    return {status, out.str()};
  }

  int run(const Words& words, cli::Terminal& terminal) {
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::SharedHypervisor>(libvirt_, no_others_);
    };
    cli::Context context{{*kernel_, connect, test::source(), "fake:///"}, terminal};
    for (const auto& command : cli::commands()) {
      if (words.front() != command.name) continue;
      return cli::run_command(context, command, {words.begin() + 1, words.end()});
    }
    ADD_FAILURE() << "there is no command " << words.front();
    return -1;
  }

  /// Whatever gpupass may change.
  [[nodiscard]] std::string state() {
    std::string text;
    const auto domains = libvirt_.domains().value();
    for (const auto& domain : domains)
      text += domain.name + (domain.running ? " runs\n" : "\n") +
              libvirt_.xml(domain.name, DomainView::config).value() + "\n";
    for (const auto& device : inventory_.devices) {
      const auto address = to_string(device.address);
      text += address + " " + kernel_->driver(address) + " " +
              kernel_->attribute("/sys/bus/pci/devices/" + address + "/driver_override").value_or("-") + "\n";
    }
    for (const auto* const folder : {"/etc", "/var/lib/gpupass", "/srv"}) {
      if (fs::exists(tree_.at(folder))) text += test::snapshot(tree_.at(folder));
    }
    return text;
  }

  /// Nothing is held, bound at boot or in a domain that was not at first.
  [[nodiscard]] std::string devices() {
    std::string text;
    for (const auto& device : inventory_.devices)
      text += to_string(device.address) + " " + kernel_->driver(to_string(device.address)) + "\n";
    const auto holds = load_holds(*kernel_);
    for (const auto& hold : *holds) text += to_json(hold) + "\n";
    const auto functions = hostdev_functions(libvirt_.config());
    for (const auto& function : *functions) text += to_string(function);
    return text + std::to_string(load_journals(*kernel_)->size());
  }

  /// A bind of this device, broken off by a power cut before the kernel was told anything.
  void interrupt(const PciAddress& device) {
    const Plan plan{
        "bind " + to_string(device), Direction::take, "", {device}, {SetDriverOverride{device, "vfio-pci"}}};
    auto journal = Journal::start(*kernel_, plan, inventory_.kernel.boot_id);
    ASSERT_TRUE(journal && journal->append({0, StepState::intent, "", 0, "", ""}));
  }

  /// A journal of which not even the plan can be read.
  void damage_a_journal() {
    tree_.file("/var/lib/gpupass/journal/20260101T000000Z-1-0.jsonl", "not even JSON\n{}\n");
  }

  /// As in a container, or not any more.
  void mount_sys(bool read_only) {
    const auto now = kernel_->read("/proc/self/mountinfo").value_or("");
    const std::string line = "19 1 0:19 / /sys ro - sysfs sysfs ro\n";
    tree_.file("/proc/self/mountinfo", read_only ? now + line : now.substr(0, now.size() - line.size()));
  }

  [[nodiscard]] const Inventory& inventory() const { return inventory_; }
  [[nodiscard]] int disks_made() const { return disks_made_; }
  [[nodiscard]] std::string path(const std::string& name) const { return tree_.at(name).string(); }

 private:
  std::optional<ProgramEnd> program_end(const Words& argv) {
    const auto has = [&](const char* word) { return std::ranges::count(argv, word) > 0; };
    if (has("--list")) return ProgramEnd{0, R"([{"missing": ""}])", ""};
    if (argv.front() == "setpriv") return ProgramEnd{1, "", "no measurement"};
    return test::guest_tool(tree_, argv).value_or(ProgramEnd{});
  }

  test::Tree tree_;
  std::optional<test::FakeKernel> kernel_;
  Inventory inventory_;
  test::MachineDomains libvirt_;
  std::map<std::string, std::string> no_others_;
  int disks_made_ = 0;
};

/// One endpoint for each answer that the rules give on this machine: which of them block, and whether a
/// person may agree.
std::vector<PciAddress> one_for_each_answer(const Inventory& inventory) {
  std::map<std::set<std::pair<std::string, Consent>>, PciAddress> answers;
  for (const auto& device : inventory.devices) {
    if (device.header_type == HeaderType::bridge && !device.is_gpu()) continue;
    std::set<std::pair<std::string, Consent>> answer;
    for (const auto& finding : judge::findings_of(inventory, {card_of(inventory, device.address)})) {
      if (finding.severity == Severity::blocks) answer.emplace(finding.rule, finding.consent);
    }
    answers.emplace(answer, device.address);
  }
  std::vector<PciAddress> addresses;
  for (const auto& [answer, address] : answers) addresses.push_back(address);
  return addresses;
}

class DryRun : public testing::TestWithParam<std::string> {
 protected:
  /// Does it both ways.
  void compare(const Words& words) {
    auto dry = words;
    dry.emplace_back("--dry-run");
    const auto before = machine.state();
    const auto looked = machine.run(dry);
    const auto command = testing::PrintToString(words);
    EXPECT_EQ(machine.state(), before) << "by a dry run of " << command << "\n" << looked.text;
    const auto disks = machine.disks_made();
    const auto did = machine.run(words);
    if (did.status == exit_code(ErrorKind::refused)) {
      EXPECT_EQ(machine.disks_made(), disks) << "before it was refused: " << command << "\n" << did.text;
    }
    EXPECT_EQ(looked.status, did.status) << command << "\ndry run: " << looked.text << "\nrun: " << did.text;
    EXPECT_NE(did.status, exit_code(ErrorKind::usage)) << command << "\n" << did.text;
    if (did.status != 0) {
      EXPECT_EQ(machine.state(), before) << command << "\n" << did.text;
    }
    ++(did.status == 0 ? done : refused);
  }

  void compare(const Words& words, const std::string& consent) {
    auto all = words;
    if (!consent.empty()) all.push_back(consent);
    compare(all);
  }

  /// Its measurement fails: a run that is not refused ends with that.
  void compare_experiment(const std::string& address, const std::string& consent) {
    Words words{"bench",     "experiment",
                "--gpu",     address,
                "--domain",  "vm1",
                "--blocks",  "1",
                "--seed",    "1",
                "--out",     machine.path("/out"),
                "--program", machine.path("/suite"),
                "--timeout", "1"};
    if (!consent.empty()) words.push_back(consent);
    auto dry = words;
    dry.emplace_back("--dry-run");
    const auto before = machine.devices();
    const auto looked = machine.run(dry);
    const auto did = machine.run(words);
    const int as_run = looked.status == 0 ? exit_code(ErrorKind::system) : looked.status;
    EXPECT_EQ(as_run, did.status) << address << "\ndry run: " << looked.text << "\nrun: " << did.text;
    EXPECT_EQ(machine.devices(), before) << address << "\n" << did.text;
    ++refused;
    fs::remove_all(machine.path("/out"));
  }

  Alive machine{GetParam()};
  std::size_t refused = 0, done = 0;
};

TEST_P(DryRun, EndsAsTheRun) {
  for (const auto& device : one_for_each_answer(machine.inventory())) {
    const auto address = to_string(device);
    const auto before = machine.devices();
    for (const std::string consent : {"", "--yes"}) {
      const Words create{"guest", "create",  "new",       "--image",  "/srv/image.qcow2",
                         "--gpu", address,   "--network", "none",     "--folder",
                         "/srv",  "--vcpus", "1",         "--memory", "64M"};
      compare(create, consent);
      machine.mount_sys(true);
      compare({"guest", "delete", "new"}, consent);
      machine.mount_sys(false);
      compare({"guest", "delete", "new"}, consent);
      compare_experiment(address, consent);
      compare({"attach", "vm1", address}, consent);
      compare({"bind", address}, consent);
      compare({"unbind", address}, consent);
      compare({"detach", "vm1", "--all"}, consent);
      compare({"bind", address, "--only"}, consent);
      compare({"attach", "vm1", address, "--live"}, consent);
      compare({"unbind", "--all"}, consent);
      compare({"bind", address, "--persist", "--apply", "--now"}, consent);
      compare({"unbind", address, "--persist", "--apply"}, consent);
      compare({"unbind", address}, consent);
    }
    EXPECT_EQ(machine.devices(), before) << address << " is back";
  }
  std::cout << GetParam() << ": " << done << " done, " << refused << " refused\n";
}

TEST_P(DryRun, EndsAsTheRunWhereACommandWasInterrupted) {
  const auto device = one_for_each_answer(machine.inventory()).front();
  const auto address = to_string(device);
  machine.interrupt(device);
  for (const auto& words : std::vector<Words>{{"attach", "vm1", address, "--yes"},
                                              {"bind", address, "--yes"},
                                              {"unbind", address, "--yes"},
                                              {"bind", address, "--persist", "--yes"},
                                              {"recover"}})
    compare(words);
  EXPECT_THAT(machine.run({"recover"}).text, testing::HasSubstr("nothing was left unfinished"));
  // What --forget would do is to close the journal: nothing is undone.
  machine.interrupt(device);
  const auto forgetting = machine.run({"recover", "--forget", "--dry-run"});
  EXPECT_THAT(forgetting.text, testing::HasSubstr("close the journal; the machine stays as it is"));
  EXPECT_THAT(forgetting.text, testing::Not(testing::HasSubstr("driver_override")));
  compare({"recover", "--forget"});
}

TEST_P(DryRun, EndsAsTheRunBelowAReadOnlySys) {
  const auto device = one_for_each_answer(machine.inventory()).front();
  machine.interrupt(device);
  machine.mount_sys(true);
  compare({"recover"});
  EXPECT_THAT(machine.run({"recover"}).text, testing::HasSubstr("/sys is mounted read-only"));
  machine.mount_sys(false);
  compare({"recover"});
  EXPECT_EQ(done, 1U);
}

TEST_P(DryRun, EndsAsTheRunWhereAJournalCannotBeRead) {
  machine.damage_a_journal();
  compare({"recover"});
  EXPECT_EQ(machine.run({"recover"}).status, exit_code(ErrorKind::invalid));
  compare({"recover", "--forget"});
  compare({"recover"});
}

/// A card that draws the screen: a person agrees once, to the whole of `guest create`, which attaches it,
/// too.
TEST(AtATerminal, GuestCreateAsksOnce) {
  Alive machine("laptop");
  for (const bool agrees : {false, true}) {
    const auto before = machine.state();
    test::PseudoTerminal terminal(agrees ? "y\nn\n" : "n\ny\n");
    cli::Terminal at_it{terminal.in, terminal.out, terminal.out, true, false, 200};
    const int status =
        machine.run({"guest", "create", "new", "--image", "/srv/image.qcow2", "--gpu", "00:02.0", "--network",
                     "none", "--folder", "/srv", "--vcpus", "1", "--memory", "64M"},
                    at_it);
    const auto& seen = terminal.seen();
    const std::regex question("Continue\\? \\[y/N\\]");
    EXPECT_EQ(std::distance(std::sregex_iterator(seen.begin(), seen.end(), question), {}), 1) << seen;
    EXPECT_EQ(status, agrees ? 0 : exit_code(ErrorKind::refused)) << seen;
    EXPECT_EQ(machine.state() == before, !agrees);
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, DryRun, testing::ValuesIn(test::machines()), test::machine_name);

}  // namespace
}  // namespace gpupass
