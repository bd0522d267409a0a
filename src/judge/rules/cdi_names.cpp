// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> cdi_names(const Inventory& inventory, const Target& /*target*/) {
  std::vector<Finding> all;
  for (const auto& name : container::names_of(inventory.containers.files)) {
    if (!name.is_conflict()) continue;
    std::vector<Evidence> evidence;
    for (const auto& file : name.files) evidence.push_back({file, name.name});
    all.push_back(warns(k_machine,
                        fmt::format("{} is defined by {}, so engines do not know it at all", name.name,
                                    fmt::join(name.files, " and ")),
                        std::move(evidence), fmt::format("remove one of them: `rm {}`", name.files.back())));
  }
  return all;
}

}  // namespace gpupass::judge
