// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> toolkit_legacy(const Inventory& inventory, const Target& /*target*/) {
  if (inventory.containers.engines.toolkit_mode != "legacy") return {};
  return {warns(
      k_machine,
      "NVIDIA's toolkit gives devices without the engine's knowledge: containers lose them at a `systemctl "
      "daemon-reload` (`Failed to initialize NVML: Unknown Error`)",
      {{container::k_toolkit_config,
        fmt::format("mode = \"{}\"", inventory.containers.engines.toolkit_mode)}},
      fmt::format("set `mode = \"cdi\"` in {}, and start containers by CDI names",
                  container::k_toolkit_config))};
}

}  // namespace gpupass::judge
