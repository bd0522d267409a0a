// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass hook`: what libvirt asks before it starts a domain.
#include "cli/hook/hook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

namespace gpupass::cli {
namespace {

constexpr std::array k_actions = {
    Command{"install", "", "have libvirt ask gpupass before each start", hook_install},
    Command{"uninstall", "", "have it ask no more", hook_uninstall},
    Command{"status", "", "say whether it is installed", hook_status},
    Command{"check", "VM", "say whether a start of VM would be refused, and why", hook_check},
    Command{"run", "DRIVER NAME OPERATION …", "what libvirt calls; the domain's XML is its input", hook_run},
};

std::string usage() {
  std::string text = "usage: gpupass hook ACTION …\n\nWhat libvirt asks before it starts a domain.\n\n";
  for (const auto& action : k_actions)
    text += fmt::format("  {:<9} {:<24} {}\n", action.name, action.arguments, action.summary);
  return text + "\n`gpupass hook ACTION --help` explains an action.\n";
}

}  // namespace

Result<int> hook(Context& context, const std::vector<std::string>& arguments) {
  const std::string word = arguments.empty() ? "" : arguments.front();
  if (word == "--help" || word == "-h") {
    context.terminal.out << usage();
    return 0;
  }
  const auto* const action =
      std::ranges::find_if(k_actions, [&](const Command& row) { return word == row.name; });
  if (action == k_actions.end())
    return fail(ErrorKind::usage,
                word.empty() ? "no action is named" : fmt::format("there is no action '{}'", word),
                "`gpupass hook --help` lists them");
  return action->function(context, {arguments.begin() + 1, arguments.end()});
}

}  // namespace gpupass::cli
