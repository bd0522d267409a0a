// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

// The option is of a patch that kernel.org does not have; kernels made for desktops and Proxmox do.
std::vector<Finding> acs_override(const Inventory& inventory, const Target& /*target*/) {
  if (!inventory.iommu.enabled) return {};  // iommu-enabled has it
  const auto& command_line = inventory.kernel.command_line;
  const auto words = core::words(command_line);
  const auto option = std::ranges::find_if(
      words, [](std::string_view word) { return word.starts_with("pcie_acs_override="); });
  if (option == words.end())
    return {fine(k_machine, "IOMMU groups are as the hardware has them",
                 {{"/proc/cmdline", "no pcie_acs_override"}})};
  return {warns(k_machine,
                "IOMMU groups are split by force: pcie_acs_override makes the kernel assume an isolation "
                "that the hardware does not promise, so devices in different groups may reach each other "
                "and a guest with one of them may reach the host's memory",
                {{"/proc/cmdline", std::string(*option)}},
                "trust only guests that you would trust with the host; without the option the groups show "
                "what is isolated")};
}

}  // namespace gpupass::judge
