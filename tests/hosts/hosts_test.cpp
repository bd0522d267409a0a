// SPDX-License-Identifier: GPL-2.0-or-later
// Each folder beside this file is a machine: what its tree is made from, and what the commands must say
// of it.
// A folder more is a test more. GPUPASS_REGEN=1 writes the expected texts anew; read them then.
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/selection.hpp"
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

class Hosts : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] fs::path folder() const { return fs::path("hosts") / GetParam(); }

  test::Said run(cli::Function function, const std::vector<std::string>& arguments) {
    const auto connect = [](const std::string&,
                            std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::FakeHypervisor>("vm1", k_domain, "");
    };
    return test::run(function, host_, arguments, connect);
  }

  /// The command must say this and have nothing to complain about.
  void expect_said(cli::Function function, const std::vector<std::string>& arguments, const char* golden,
                   int status) {
    const auto said = run(function, arguments);
    test::expect_golden(folder() / golden, said.out);
    EXPECT_EQ(said.err, "");
    EXPECT_EQ(said.status, status);
  }

  Host host_{test::fixture(folder() / "root")};
};

TEST_P(Hosts, List) {
  expect_said(cli::list, {"--all"}, "list.txt", 0);
  expect_said(cli::list, {"--all", "--format", "json"}, "list.json", 0);
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
  expect_said(cli::doctor, {"--format", "json"}, "doctor.json", blocks ? 1 : 0);
}

/// What would be done to give each card to a stopped domain, or why not.
TEST_P(Hosts, Attach) {
  std::string text;
  for (const auto& card : cli::graphics_cards(discover(host_).value())) {
    const auto said = run(cli::attach, {"vm1", to_string(card.front()), "--dry-run"});
    text += "$ gpupass attach vm1 " + to_string(card.front()) + " --dry-run\n" + said.out + said.err +
            "exit status " + std::to_string(said.status) + "\n\n";
  }
  test::expect_golden(folder() / "attach.txt", text);
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
