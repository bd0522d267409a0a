// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> cdi_files(const Inventory& inventory, const Target& /*target*/) {
  std::vector<Finding> all;
  for (const auto& file : inventory.containers.files) {
    if (!file.unread.empty())
      all.push_back(
          warns(k_machine, fmt::format("{} cannot be read", file.path), {{file.path, file.unread}},
                fmt::format("generate it again with the program that made it, or `rm {}`", file.path)));
    if (!file.faults.empty())
      all.push_back(warns(k_machine,
                          fmt::format("engines ignore {}: {}", file.path, fmt::join(file.faults, "; ")),
                          {{file.path, fmt::format("cdiVersion {}", file.version)}},
                          "generate it again with the program that made it"));
  }
  if (all.empty() && !inventory.containers.files.empty())
    all.push_back(
        fine(k_machine, fmt::format("{} CDI files can be read", inventory.containers.files.size())));
  return all;
}

}  // namespace gpupass::judge
