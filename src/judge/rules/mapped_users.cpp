// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> mapped_users(const Inventory& inventory, const Target& /*target*/) {
  const auto& engines = inventory.containers.engines;
  if (engines.mapped_users.empty() || !engines.has_toolkit || engines.toolkit_mode == "cdi" ||
      engines.leaves_cgroups)
    return {};
  const auto mode =
      engines.toolkit_mode.empty() ? "no mode" : fmt::format("mode = \"{}\"", engines.toolkit_mode);
  return {
      warns(k_machine,
            "root here is a user of the host's, as in an unprivileged container: NVIDIA's toolkit in legacy "
            "mode may not change the device control group of a container that an engine starts here",
            {{"/proc/self/uid_map", engines.mapped_users},
             {container::k_toolkit_config, mode + ", no-cgroups is not true"}},
            fmt::format("set `mode = \"cdi\"` in {0} and start containers by CDI names, or set `no-cgroups = "
                        "true` there; the outer container must have the nodes",
                        container::k_toolkit_config))};
}

}  // namespace gpupass::judge
