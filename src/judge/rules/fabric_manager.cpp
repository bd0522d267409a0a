// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/fabric.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> fabric_manager(const Inventory& inventory, const Target& /*target*/) {
  const auto fabric = fabric_of(inventory);
  const auto on_driver = [](const container::Card& card) { return card.way == container::Way::nvidia; };
  if (fabric.switches.empty() || std::ranges::none_of(inventory.containers.cards, on_driver)) return {};
  const std::vector<Evidence> switches = {
      {sysfs::k_pci_devices, fmt::format("NVSwitches {}", names(fabric.switches))}};
  if (std::ranges::find(inventory.holders, k_fabric_manager, &Holder::process) != inventory.holders.end())
    return {fine(k_machine, "Fabric Manager has the machine's NVSwitches", switches)};
  if (!inventory.holders_complete)
    return {unmeasured(k_machine,
                       "whether Fabric Manager runs: processes of other users cannot be looked into",
                       switches, "run it as root")};
  return {warns(
      k_machine,
      "no Fabric Manager has the machine's NVSwitches: CUDA ends with 802 (system not yet initialized) in "
      "containers, as on the host",
      switches, "`systemctl start nvidia-fabricmanager`, of the driver's version")};
}

}  // namespace gpupass::judge
