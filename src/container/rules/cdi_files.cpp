// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "container/rules/rules.hpp"

namespace gpupass::container {

std::vector<Finding> cdi_files(const Machine& machine) {
  std::vector<Finding> all;
  for (const auto& file : machine.files) {
    if (!file.unread.empty())
      all.push_back(may_keep(fmt::format("{} cannot be read", file.path), {{file.path, file.unread}},
                             fmt::format("write it anew with what made it, or `rm {}`", file.path)));
    if (!file.faults.empty())
      all.push_back(may_keep(fmt::format("engines leave out {}: {}", file.path, fmt::join(file.faults, "; ")),
                             {{file.path, fmt::format("cdiVersion {}", file.version)}},
                             "write it anew with what made it"));
  }
  if (all.empty() && !machine.files.empty())
    all.push_back(well(fmt::format("{} CDI files can be read", machine.files.size()), {}));
  return all;
}

}  // namespace gpupass::container
