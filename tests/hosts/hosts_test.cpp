// SPDX-License-Identifier: GPL-2.0-or-later
// Each folder beside this file is a machine: what its tree is made from, and what the commands must say
// of it.
// A folder more is a test more. GPUPASS_REGEN=1 writes the expected texts anew; read them then.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "gpupass/card.hpp"
#include "gpupass/cli/run.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/finding.hpp"
#include "gpupass/judge/judge.hpp"
#include "hosts/machine.hpp"
#include "support/command.hpp"
#include "support/golden.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;

class Hosts : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] fs::path folder() const { return fs::path("hosts") / GetParam(); }

  test::Said run(cli::Function function, const std::vector<std::string>& arguments) {
    const auto connect = [&](const std::string&,
                             std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::MachineDomains>(test::domain_of(folder()));
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
  const auto inventory = discover::read_inventory(host_).value();
  bool blocks = false;
  for (auto& card : graphics_cards(inventory)) {
    blocks = blocks || judge::worst(judge::findings_of(inventory, {card})) == Severity::blocks;
  }
  expect_said(cli::doctor, {}, "doctor.txt", blocks ? 1 : 0);
  expect_json(cli::doctor, {}, "doctor.json", blocks ? 1 : 0);
}

/// What would be done to give each card to a stopped domain, or why not.
TEST_P(Hosts, Attach) {
  std::string text;
  for (const auto& card : graphics_cards(discover::read_inventory(host_).value())) {
    const auto line = "attach vm1 " + to_string(card.front()) + " --dry-run";
    const auto answer = transcript(line);
    text += answer;
    if (answer.find("--dry-run --yes") != std::string::npos) text += transcript(line + " --yes");
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

// ---- what is advised ------------------------------------------------------------------------------

using Functions = std::vector<PciAddress>;

/// Everything that a person may name here: each function alone, as a card, and each slot.
std::set<Functions> nameable(const Inventory& inventory) {
  std::set<Functions> targets;
  for (const auto& device : inventory.devices) {
    const Selector slot{slot_to_string(device.address), PciSlot{device.address}};
    targets.insert({device.address});
    targets.insert(card_of(inventory, device.address));
    if (const auto all = functions_meant(inventory, {slot}, Companions::along)) targets.insert(*all);
  }
  return targets;
}

std::vector<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (auto i = std::sregex_iterator(text.begin(), text.end(), regex); i != std::sregex_iterator(); ++i)
    found.push_back((*i)[1]);
  return found;
}

/// The machine once a person has done what a remedy says comes first.
Inventory after_unmounting(Inventory inventory, const std::string& remedy) {
  const auto folders = matches(remedy, "`umount ([^`]+)`");
  std::erase_if(inventory.holders, [&](const Holder& holder) {
    return holder.kind == HolderKind::mount &&
           std::find(folders.begin(), folders.end(), holder.use) != folders.end();
  });
  return inventory;
}

/// Whatever a finding says may be taken along is judged as it would then be.
TEST_P(Hosts, WhatARemedyTakesAlongIsNotRefused) {
  const auto inventory = discover::read_inventory(host_).value();
  for (const auto& functions : nameable(inventory)) {
    for (const auto& finding : judge::findings_of(inventory, {functions})) {
      Target whole{functions};
      for (const auto& other : matches(finding.remedy, "--with ([0-9a-f:.]+)"))
        whole.functions.push_back(parse_pci_address(other).value());
      if (whole.functions == functions) continue;
      for (const auto& then : judge::findings_of(after_unmounting(inventory, finding.remedy), whole)) {
        EXPECT_FALSE(then.severity == Severity::blocks &&
                     (then.consent == Consent::impossible || then.rule == "group-viable"))
            << to_string(functions.front()) << ": " << finding.remedy << "\n"
            << then.what;
      }
    }
  }
}

/// A companion that is refused is left out if, and only if, what is left of the card is not refused then.
TEST_P(Hosts, OnlyIsAdvisedWhereItHelps) {
  const auto inventory = discover::read_inventory(host_).value();
  const auto is_refusal = [](const Finding& finding) {
    return finding.severity == Severity::blocks && finding.consent == Consent::impossible;
  };
  for (const auto& card : graphics_cards(inventory)) {
    const auto whole = card_of(inventory, card.front());
    const bool helps = std::ranges::none_of(judge::findings_of(inventory, {{card.front()}}), is_refusal);
    for (const auto& finding : judge::findings_of(inventory, {whole})) {
      const bool of_companion = finding.device && finding.device != card.front();
      const bool advised = finding.remedy.find("--only") != std::string::npos;
      EXPECT_EQ(advised, judge::is_refusal(finding) && of_companion && helps) << finding.what << "\n"
                                                                              << finding.remedy;
    }
  }
}

/// The words of a command that is printed for a person to type; none for a form with a word to be filled in.
std::vector<std::string> words_to_run(const std::string& command) {
  std::vector<std::string> words;
  for (const auto word : core::words(command)) {
    words.emplace_back(word == "VM" ? "vm1" : word);
    const bool form = word != "VM" && word.size() > 1 &&
                      std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (form) return {};
  }
  return words;
}

/// Commands that print what they would do.
bool has_dry_run(const std::string& command) {
  const std::set<std::string> changing{"attach", "detach", "bind", "unbind", "recover"};
  return changing.contains(command);
}

class Advice : public Hosts {
 protected:
  /// All that is said of these functions, findings and errors.
  std::string said_of(const Functions& functions) {
    std::vector<std::string> words;
    for (const auto& function : functions) words.push_back(to_string(function));
    std::string text = run_words("doctor", words);
    for (const auto* const command : {"attach", "bind", "unbind", "detach"}) {
      auto all = words;
      const bool of_domain = command == std::string("attach") || command == std::string("detach");
      if (of_domain) all.insert(all.begin(), "vm1");
      all.insert(all.end(), {"--only", "--dry-run"});
      if (command == std::string("detach")) all.erase(all.end() - 2);
      text += run_words(command, all);
    }
    words.insert(words.end(), {"--persist", "--dry-run"});
    return text + run_words("bind", words);
  }

  std::string run_words(const std::string& command, const std::vector<std::string>& words) {
    const auto said = run(function_of(command), words);
    status_ = said.status;
    return said.out + said.err;
  }

  static cli::Function* function_of(const std::string& name) {
    for (const auto& command : cli::commands()) {
      if (command.name == name) return command.function;
    }
    ADD_FAILURE() << "no such command: " << name;
    return cli::list;
  }

  int status_ = 0;
};

/// No command that gpupass prints is refused by gpupass, and each is one that there is.
TEST_P(Advice, NoCommandThatIsPrintedIsRefused) {
  const auto inventory = discover::read_inventory(host_).value();
  std::set<std::string> commands;
  for (const auto& functions : nameable(inventory)) {
    for (const auto& command : matches(said_of(functions), "`gpupass ([^`]+)`")) commands.insert(command);
  }
  for (const auto& command : commands) {
    auto words = words_to_run(command);
    if (words.empty()) continue;
    const auto name = words.front();
    words.erase(words.begin());
    if (has_dry_run(name)) words.emplace_back("--dry-run");
    const auto said = run_words(name, words);
    EXPECT_NE(status_, exit_code(ErrorKind::refused)) << command << "\n" << said;
    EXPECT_NE(status_, exit_code(ErrorKind::usage)) << command << "\n" << said;
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, Hosts, ::testing::ValuesIn(test::machines()), test::machine_name);
INSTANTIATE_TEST_SUITE_P(Machines, Advice, ::testing::ValuesIn(test::machines()), test::machine_name);

}  // namespace
}  // namespace gpupass
