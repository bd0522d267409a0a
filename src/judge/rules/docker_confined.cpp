// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> docker_confined(const Inventory& inventory, const Target& /*target*/) {
  if (!inventory.containers.engines.docker_snap) return {};
  return {warns(
      k_machine, "Docker is installed as a snap: asked for a card, it says `could not select device driver`",
      {{"/snap/bin/docker", "there"}}, "install Docker from packages: first run `snap remove docker`")};
}

}  // namespace gpupass::judge
