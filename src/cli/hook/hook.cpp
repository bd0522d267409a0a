// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass hook`: what libvirt asks before it starts a domain.
#include "cli/hook/hook.hpp"

#include <array>

#include "cli/actions.hpp"

namespace gpupass::cli {
namespace {

constexpr std::array k_actions = {
    Command{"install", "", "have libvirt ask gpupass before each start", hook_install},
    Command{"uninstall", "", "have it ask no more", hook_uninstall},
    Command{"status", "", "say whether it is installed", hook_status},
    Command{"check", "VM", "say whether a start of VM would be refused, and why", hook_check},
    Command{"run", "DRIVER NAME OPERATION …", "what libvirt calls; the domain's XML is its input", hook_run},
};

}  // namespace

Result<int> hook(Context& context, const std::vector<std::string>& arguments) {
  return run_action(context, {"hook", "What libvirt asks before it starts a domain.", k_actions}, arguments);
}

}  // namespace gpupass::cli
