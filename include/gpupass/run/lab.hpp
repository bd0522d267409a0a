// SPDX-License-Identifier: GPL-2.0-or-later
// An emulated machine with an IOMMU and graphics cards, which scripts/lab/boot makes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/session/world.hpp"

namespace gpupass::run {

/// Most are passed on to the script as they were given.
struct LabRequest {
  std::string action;                // run, shell or list
  std::vector<std::string> command;  // of run
  std::string iommu = "intel";
  std::string topology = "desktop";
  std::string memory, disk;
  std::optional<int> timeout;
  std::vector<std::string> variables;
  bool steady = false;
  bool verbose = false;
};

/// Becomes the script; only gives an error.
[[nodiscard]] Error become_lab(session::World& world, const LabRequest& request);

}  // namespace gpupass::run
