// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "container/rules/rules.hpp"

namespace gpupass::container {

std::vector<Finding> cdi_names(const Machine& machine) {
  std::vector<Finding> all;
  for (const auto& name : names_of(machine.files)) {
    if (!name.is_conflict()) continue;
    std::vector<Evidence> evidence;
    for (const auto& file : name.files) evidence.push_back({file, name.name});
    all.push_back(may_keep(fmt::format("{} is defined by {}, so engines know it not at all", name.name,
                                       fmt::join(name.files, " and ")),
                           std::move(evidence),
                           fmt::format("remove one of them: `rm {}`", name.files.back())));
  }
  return all;
}

}  // namespace gpupass::container
