// SPDX-License-Identifier: GPL-2.0-or-later
// What containers can have of a machine, for people and as JSON.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gpupass/container/lxc.hpp"
#include "gpupass/container/machine.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::report {

struct ContainersView {
  const Inventory& inventory;
  const container::Machine& machine;
  const std::vector<container::LxcContainer>& lxc;
  std::map<PciAddress, container::NotForContainers> taken = {};  // cards that are somebody's
  std::vector<PciAddress> shown = {};                            // cards; empty: all
  int columns = 80;
  bool colour = false;
};

[[nodiscard]] std::string containers_text(const ContainersView& view);
/// The document gpupass.containers/1.
[[nodiscard]] core::Json containers_json(const ContainersView& view);

}  // namespace gpupass::report
