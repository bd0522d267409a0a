// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass container`: cards for containers, which stay on the host's driver.
#include "cli/container/container.hpp"

#include <array>

#include "cli/actions.hpp"

namespace gpupass::cli {
namespace {

constexpr std::array k_actions = {
    Command{"list", "[SELECTOR…]", "show cards, their nodes, libraries, CDI names and users", container_list},
    Command{"write", "[SELECTOR…]", "describe cards to container engines in a CDI file", container_write},
    Command{"remove", "", "remove what write wrote", container_remove},
    Command{"flags", "SELECTOR…", "print words for engines without CDI, or lines for LXC", container_flags},
};

}  // namespace

Result<int> container(Context& context, const std::vector<std::string>& arguments) {
  return run_action(context,
                    {"container", "Gives cards to containers. A card stays on the host's driver.", k_actions},
                    arguments);
}

}  // namespace gpupass::cli
