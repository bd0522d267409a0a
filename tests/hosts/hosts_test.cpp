// SPDX-License-Identifier: GPL-2.0-or-later
// Each folder beside this file is a machine: what its tree is made from, and what the commands must say
// of it.
// A folder more is a test more. GPUPASS_REGEN=1 writes the expected texts anew; read them then.
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/run.hpp"
#include "cli/selection.hpp"
#include "core/text.hpp"
#include "gpupass/finding.hpp"
#include "support/command.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/golden.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

/// A domain that the machine has besides vm1.
struct Domain {
  DomainState state;
  std::string xml;
};

/// From domain.xml beside the tables, or from running.xml where it is running.
std::optional<Domain> domain_of(const fs::path& folder) {
  const bool running = fs::exists(test::fixture(folder / "running.xml"));
  const auto file = folder / (running ? "running.xml" : "domain.xml");
  if (!fs::exists(test::fixture(file))) return std::nullopt;
  auto xml = test::read_fixture(file);
  constexpr std::string_view k_name = "<name>";
  const auto start = xml.find(k_name) + k_name.size();
  const auto name = xml.substr(start, xml.find('<', start) - start);
  return Domain{{name, "uuid-2", running, true}, std::move(xml)};
}

/// vm1, which is stopped and has nothing yet, and what else the machine has.
class Domains : public test::FakeHypervisor {
 public:
  explicit Domains(std::optional<Domain> other)
      : FakeHypervisor("vm1", k_domain, ""), other_(std::move(other)) {}

  [[nodiscard]] Result<std::vector<DomainState>> domains() override {
    auto all = FakeHypervisor::domains();
    if (all && other_) all->push_back(other_->state);
    return all;
  }
  [[nodiscard]] Result<DomainState> domain(const std::string& name) override {
    return is_other(name) ? other_->state : FakeHypervisor::domain(name);
  }
  [[nodiscard]] Result<std::string> xml(const std::string& name, DomainView view) override {
    return is_other(name) ? other_->xml : FakeHypervisor::xml(name, view);
  }

 private:
  [[nodiscard]] bool is_other(const std::string& name) const {
    return other_ && (name == other_->state.name || name == other_->state.uuid);
  }

  std::optional<Domain> other_;
};

class Hosts : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] fs::path folder() const { return fs::path("hosts") / GetParam(); }

  test::Said run(cli::Function function, const std::vector<std::string>& arguments) {
    const auto connect = [&](const std::string&,
                             std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<Domains>(domain_of(folder()));
    };
    return test::run(function, host_, arguments, connect);
  }

  /// What a person sees who types the command: `attach vm1 01:00 --dry-run`.
  std::string transcript(const std::string& line) {
    const auto words = core::words(line);
    const auto& all = cli::commands();
    const auto command =
        std::ranges::find_if(all, [&](const cli::Command& one) { return one.name == words.front(); });
    if (command == all.end()) {
      ADD_FAILURE() << "there is no command " << words.front();
      return {};
    }
    const auto said = run(command->function, {words.begin() + 1, words.end()});
    return "$ gpupass " + line + "\n" + said.out + said.err + "exit status " + std::to_string(said.status) +
           "\n\n";
  }

  /// The command must say this, with what it could not read behind it.
  void expect_said(cli::Function function, const std::vector<std::string>& arguments, const char* golden,
                   int status) {
    const auto said = run(function, arguments);
    test::expect_golden(folder() / golden, said.out + said.err);
    EXPECT_EQ(said.status, status);
  }

  /// As JSON, where the machine has such a file: it is long, and the same thing is said as in the text.
  void expect_json(cli::Function function, std::vector<std::string> arguments, const char* golden,
                   int status) {
    if (!fs::exists(test::fixture(folder() / golden))) return;
    arguments.insert(arguments.end(), {"--format", "json"});
    expect_said(function, arguments, golden, status);
  }

  Host host_{test::fixture(folder() / "root")};
};

TEST_P(Hosts, List) {
  expect_said(cli::list, {"--all"}, "list.txt", 0);
  expect_json(cli::list, {"--all"}, "list.json", 0);
}

TEST_P(Hosts, Groups) {
  const bool blocked = run(cli::groups, {"--all", "--format", "json"}).status != 0;
  expect_said(cli::groups, {"--all"}, "groups.txt", blocked ? 1 : 0);
}

TEST_P(Hosts, Doctor) {
  const auto inventory = discover(host_).value();
  bool blocks = false;
  for (auto& card : cli::graphics_cards(inventory)) {
    blocks = blocks || worst(judge(inventory, {card})) == Severity::blocks;
  }
  expect_said(cli::doctor, {}, "doctor.txt", blocks ? 1 : 0);
  expect_json(cli::doctor, {}, "doctor.json", blocks ? 1 : 0);
}

/// What would be done to give each card to a stopped domain, or why not.
TEST_P(Hosts, Attach) {
  std::string text;
  for (const auto& card : cli::graphics_cards(discover(host_).value())) {
    text += transcript("attach vm1 " + to_string(card.front()) + " --dry-run");
  }
  if (!text.empty()) test::expect_golden(folder() / "attach.txt", text);
}

/// What is answered to what people would ask of this machine: asks.txt has a command a line, and
/// comments.
TEST_P(Hosts, Answers) {
  std::string text;
  const auto asks = test::read_fixture(folder() / "asks.txt");
  for (const auto line : core::split(asks, '\n')) {
    text += line.starts_with('#') ? std::string(line) + "\n" : transcript(std::string(line));
  }
  test::expect_golden(folder() / "answers.txt", text);
}

std::vector<std::string> machines() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(test::source("/tests/hosts"))) {
    const auto has = [&](const char* name) { return fs::exists(entry.path() / name); };
    if (has("machine") || has("root.tar.gz")) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& machine) {
  auto name = machine.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Machines, Hosts, ::testing::ValuesIn(machines()), test_name);

}  // namespace
}  // namespace gpupass
