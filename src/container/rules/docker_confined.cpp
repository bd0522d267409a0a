// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/rules/rules.hpp"

namespace gpupass::container {

std::vector<Finding> docker_confined(const Machine& machine) {
  if (!machine.engines.docker_snap) return {};
  return {may_keep("Docker is installed as a snap: `could not select device driver` is what it says of cards",
                   {{"/snap/bin/docker", "there"}},
                   "install Docker from packages: `snap remove docker` comes first")};
}

}  // namespace gpupass::container
