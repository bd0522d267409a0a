// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/viability.hpp"

#include <algorithm>

#include "judge/facts.hpp"

namespace gpupass::rules {
namespace {

bool is_default_route(const Holder& holder) {
  return holder.kind == HolderKind::route && holder.use == "default";
}

/// True if the host still has a default route when the target and this device are gone.
bool another_way_out(const Inventory& inventory, const Target& target, const PciAddress& device) {
  return std::ranges::any_of(inventory.holders, [&](const Holder& holder) {
    return is_default_route(holder) && holder.device != device && !contains(target, holder.device);
  });
}

}  // namespace

std::vector<const Device*> in_the_way(const IommuGroup& group, const Target& target,
                                      const Inventory& inventory) {
  std::vector<const Device*> strangers;
  for (const auto& member : group.members) {
    const auto* const device = inventory.find(member);
    if (device == nullptr || contains(target, member) || is_free_for_vfio(*device)) continue;
    // By header type, not by class: a "host bridge" function of a processor is an endpoint.
    const bool bridge =
        device->header_type == HeaderType::bridge || device->header_type == HeaderType::cardbus;
    if (!bridge) strangers.push_back(device);
  }
  return strangers;
}

std::vector<Holder> vital_uses(const Inventory& inventory, const Target& target, const PciAddress& device) {
  std::vector<Holder> uses;
  for (const auto& holder : inventory.holders) {
    if (holder.device != device) continue;
    const bool vital = holder.kind == HolderKind::mount || holder.kind == HolderKind::swap ||
                       (is_default_route(holder) && !another_way_out(inventory, target, device));
    if (vital) uses.push_back(holder);
  }
  return uses;
}

}  // namespace gpupass::rules
