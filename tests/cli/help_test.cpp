// SPDX-License-Identifier: GPL-2.0-or-later
// --help of every command and of every action.
#include <gtest/gtest.h>

#include <sstream>

#include "cli/options.hpp"
#include "gpupass/cli/run.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "support/command.hpp"

namespace gpupass::cli {
namespace {

/// The words that begin the rows of a list of actions: two blanks, the action.
std::vector<std::string> actions_in(const std::string& help) {
  std::vector<std::string> actions;
  for (const auto line : core::split(help, '\n')) {
    const auto words = core::words(line);
    const bool row = line.starts_with("  ") && line.size() > 2 && std::islower(line[2]) != 0;
    if (row && !words.empty()) actions.emplace_back(words.front());
  }
  return actions;
}

void expect_to_fit(const std::string& name, const std::string& help) {
  for (const auto line : core::split(help, '\n'))
    EXPECT_LE(core::columns(line), options::k_help_columns) << name << ": " << line;
}

TEST(Help, FitsEightyColumns) {
  Host host;
  std::size_t actions = 0;
  for (const auto& command : commands()) {
    const auto said = test::run(command.function, host, {"--help"});
    EXPECT_EQ(said.status, 0) << command.name;
    expect_to_fit(command.name, said.out);
    if (said.out.find(" ACTION") == std::string::npos) continue;
    for (const auto& action : actions_in(said.out)) {
      const auto more = test::run(command.function, host, {action, "--help"});
      EXPECT_EQ(more.status, 0) << command.name << " " << action;
      expect_to_fit(std::string(command.name) + " " + action, more.out);
      ++actions;
    }
  }
  EXPECT_GE(actions, 20U);
}

/// Which of the two is meant cannot be told.
TEST(Root, IsGivenOnce) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run({"--root", "/", "list", "--root=/"}), exit_code(ErrorKind::usage));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("--root is given twice"), std::string::npos);
}

}  // namespace
}  // namespace gpupass::cli
