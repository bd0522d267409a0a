// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/container/description.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
std::vector<Finding> cdi_current(const Inventory& inventory, const Target& /*target*/) {
  constexpr std::size_t k_shown = 5;
  std::vector<Finding> all;
  for (const auto& file : inventory.containers.files) {
    if (file.stale.empty()) continue;
    std::vector<Evidence> evidence;
    for (std::size_t i = 0; i < std::min(file.stale.size(), k_shown); ++i)
      evidence.push_back({file.path, file.stale[i]});
    const auto more = file.stale.size() > 1 ? fmt::format(", and {} more", file.stale.size() - 1) : "";
    all.push_back(warns(k_machine,
                        fmt::format("{} is out of date: {}{}", file.path, file.stale.front(), more),
                        std::move(evidence), container::remedy_for(file.path, file.kind)));
  }
  return all;
}

}  // namespace gpupass::judge
