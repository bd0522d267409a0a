// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/fabric.hpp"

#include <algorithm>
#include <map>

#include "gpupass/judge/facts.hpp"

namespace gpupass::judge {
namespace {

/// A GPU of a board has no screen (class 0302) and is no virtual function.
bool may_be_of_a_board(const Device& device) {
  const bool is_virtual = device.sriov && device.sriov->physical_function;
  return device.vendor == k_nvidia && device.class_code >> 8U == 0x0302 && !is_virtual;
}

bool has_all(const Target& target, const std::vector<PciAddress>& functions) {
  return std::ranges::all_of(functions, [&](const PciAddress& one) { return contains(target, one); });
}

}  // namespace

bool is_nvswitch(const Device& device) {
  return device.vendor == k_nvidia && device.class_code >> 8U == 0x0680 && !device.connects_buses() &&
         !device.is_board_part();
}

/// The board's GPUs are all of one model; a card beside it, in a slot, is of another. Nothing that PCI shows
/// leads from a GPU to its switches: the most numerous model is taken for the board's.
Fabric fabric_of(const Inventory& inventory) {
  Fabric fabric;
  std::map<std::uint16_t, std::vector<PciAddress>> models;
  for (const auto& device : inventory.devices) {
    if (is_nvswitch(device)) fabric.switches.push_back(device.address);
    if (may_be_of_a_board(device)) models[device.device].push_back(device.address);
  }
  if (fabric.switches.empty() || models.empty()) return fabric;
  fabric.gpus =
      std::ranges::max_element(models, {}, [](const auto& model) { return model.second.size(); })->second;
  return fabric;
}

bool is_full_passthrough(const Inventory& inventory, const Target& target) {
  const auto fabric = fabric_of(inventory);
  return !fabric.switches.empty() && !fabric.gpus.empty() && has_all(target, fabric.gpus) &&
         has_all(target, fabric.switches);
}

std::string remedy_for_fabric_manager(const Inventory& inventory, const Target& target) {
  if (is_full_passthrough(inventory, target))
    return "`systemctl stop nvidia-fabricmanager`: it runs in the guest";
  return "where guests share the switches, FABRIC_MODE=1 in /usr/share/nvidia/nvswitch/fabricmanager.cfg and "
         "`systemctl restart nvidia-fabricmanager`: it keeps the switches and releases the GPUs. Only where "
         "one guest gets all GPUs with all switches (full passthrough) is it stopped on the host";
}

}  // namespace gpupass::judge
