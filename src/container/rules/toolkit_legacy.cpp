// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "container/rules/rules.hpp"

namespace gpupass::container {

std::vector<Finding> toolkit_legacy(const Machine& machine) {
  if (machine.engines.toolkit_mode != "legacy") return {};
  return {may_keep(
      "NVIDIA's toolkit gives devices behind the engine's back: containers lose them at a `systemctl "
      "daemon-reload` (`Failed to initialize NVML: Unknown Error`)",
      {{k_toolkit_config, fmt::format("mode = \"{}\"", machine.engines.toolkit_mode)}},
      fmt::format("set `mode = \"cdi\"` in {}, and start containers by CDI names", k_toolkit_config))};
}

}  // namespace gpupass::container
