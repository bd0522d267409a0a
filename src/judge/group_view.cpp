// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/group_view.hpp"

#include <algorithm>

#include "gpupass/card.hpp"
#include "gpupass/judge/viability.hpp"

namespace gpupass::judge {
namespace {

Role role_of(const Device& device, const Target& target, const std::vector<const Device*>& obstacles) {
  if (std::ranges::find(target.functions, device.address) != target.functions.end()) return Role::card;
  if (device.connects_buses()) return Role::bridge;
  if (std::ranges::find(obstacles, &device) == obstacles.end()) return Role::free;
  return target.functions.empty() ? Role::endpoint : Role::in_the_way;
}

Passes verdict_on(const Inventory& inventory, const GroupView& view) {
  const auto& members = view.members;
  const auto has = [&](Role role) {
    return std::ranges::find(members, role, &GroupView::Member::role) != members.end();
  };
  const bool only_bridges = !has(Role::card) && !has(Role::endpoint) && !has(Role::free);
  if (has(Role::in_the_way) || (!only_bridges && view.demanded)) return Passes::no;
  if (has(Role::card)) return Passes::yes;
  std::set<std::vector<PciAddress>> cards;
  for (const auto& [device, role] : members) {
    if (role == Role::endpoint) cards.insert(card_with(inventory, device->address));
  }
  if (cards.size() > 1) return Passes::as_a_whole;
  return cards.empty() && !has(Role::free) ? Passes::nothing : Passes::yes;
}

GroupView view_of(const IommuGroup& group, const std::set<PciAddress>& wanted, const Inventory& inventory) {
  Target target;
  for (const auto& member : group.members) {
    const auto* const device = inventory.find(member);
    if (device != nullptr && !device->connects_buses() && wanted.contains(member))
      target.functions.push_back(member);
  }
  const auto obstacles = in_the_way(group, target, inventory);
  GroupView view{&group, {}, Passes::nothing, !demanded_regions(inventory, group).empty()};
  for (const auto& member : group.members) {
    const auto* const device = inventory.find(member);
    if (device != nullptr) view.members.push_back({device, role_of(*device, target, obstacles)});
  }
  view.passes = verdict_on(inventory, view);
  return view;
}

}  // namespace

std::vector<GroupView> group_views(const Inventory& inventory, const std::set<PciAddress>& wanted, bool all) {
  std::vector<GroupView> views;
  for (const auto& group : inventory.groups) {
    const bool has_wanted =
        std::ranges::any_of(group.members, [&](const PciAddress& member) { return wanted.contains(member); });
    if (all || has_wanted) views.push_back(view_of(group, wanted, inventory));
  }
  return views;
}

bool all_can_pass(const Inventory& inventory, const std::set<PciAddress>& wanted,
                  const std::vector<GroupView>& views) {
  const bool all_grouped = std::ranges::all_of(
      wanted, [&](const PciAddress& function) { return inventory.find(function)->iommu_group.has_value(); });
  const bool blocked = std::ranges::find(views, Passes::no, &GroupView::passes) != views.end();
  return inventory.iommu.enabled && all_grouped && !blocked;
}

}  // namespace gpupass::judge
