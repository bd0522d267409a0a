// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass groups: what must go to a guest together.
#include <algorithm>
#include <ostream>
#include <set>

#include "cli/options.hpp"
#include "gpupass/card.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/judge/viability.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/groups.hpp"

namespace gpupass::cli {
namespace {

using report::GroupView;
using report::Passes;
using report::Role;

Syntax syntax() {
  Syntax syntax;
  syntax.usage = "gpupass groups [SELECTOR…] [options]";
  syntax.about =
      "Shows the IOMMU groups of GPUs, or of what SELECTORs name, and for each whether the card in it can "
      "be\n"
      "passed through, or which member is in the way. Exit status 1 when one cannot.";
  syntax.options.add_options()("all", "show every group");
  add_format(syntax.options);
  syntax.positional = {{"selector", -1}};
  return syntax;
}

using Functions = std::set<PciAddress>;

/// What is to be passed through: the cards that the user named, else those with a GPU.
Result<Functions> wanted_functions(const std::vector<Selector>& selectors, const Inventory& inventory) {
  if (!selectors.empty()) {
    GPUPASS_TRY_ASSIGN(const auto named, functions_meant(inventory, selectors, Companions::along));
    return Functions(named.begin(), named.end());
  }
  Functions wanted;
  for (const auto& card : graphics_cards(inventory)) wanted.insert(card.begin(), card.end());
  return wanted;
}

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

GroupView view_of(const IommuGroup& group, const Functions& wanted, const Inventory& inventory) {
  Target target;
  for (const auto& member : group.members) {
    const auto* const device = inventory.find(member);
    if (device != nullptr && !device->connects_buses() && wanted.contains(member))
      target.functions.push_back(member);
  }
  const auto obstacles = rules::in_the_way(group, target, inventory);
  GroupView view{&group, {}, Passes::nothing, !rules::demanded_regions(inventory, group).empty()};
  for (const auto& member : group.members) {
    const auto* const device = inventory.find(member);
    if (device != nullptr) view.members.push_back({device, role_of(*device, target, obstacles)});
  }
  view.passes = verdict_on(inventory, view);
  return view;
}

std::vector<GroupView> views_of(const Inventory& inventory, const Functions& wanted, bool all) {
  std::vector<GroupView> views;
  for (const auto& group : inventory.groups) {
    const bool has_wanted =
        std::ranges::any_of(group.members, [&](const PciAddress& member) { return wanted.contains(member); });
    if (all || has_wanted) views.push_back(view_of(group, wanted, inventory));
  }
  return views;
}

/// Wanted functions that are in no group although there are groups.
std::string ungrouped_text(const Inventory& inventory, const Functions& wanted) {
  std::string text;
  for (const auto& function : wanted) {
    if (inventory.find(function)->iommu_group) continue;
    text +=
        to_string(function) + " is in no IOMMU group: no IOMMU covers it, and it cannot be passed through.\n";
  }
  return text;
}

void print(Terminal& terminal, const Inventory& inventory, const std::vector<GroupView>& views,
           const Functions& wanted) {
  const auto reason = report::no_groups_text(inventory.iommu);
  if (!reason.empty()) {
    terminal.out << reason << "\n";
  } else if (views.empty() && wanted.empty()) {
    terminal.out << "There is no GPU. `gpupass groups --all` shows every group.\n";
  } else {
    if (!views.empty()) terminal.out << report::groups_text(views, terminal.columns, terminal.colour);
    terminal.out << ungrouped_text(inventory, wanted);
  }
  terminal.err << report::problems_text(inventory.problems);
}

}  // namespace

Result<int> groups(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto parsed, parse(context, syntax(), arguments));
  if (!parsed) return 0;
  GPUPASS_TRY_ASSIGN(const auto format, format_of(*parsed));
  GPUPASS_TRY_ASSIGN(const auto selectors, selectors_of(*parsed, "selector"));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(const auto wanted, wanted_functions(selectors, inventory));
  const auto views = views_of(inventory, wanted, parsed->count("all") > 0);
  if (format == Format::json) {
    context.terminal.out << report::groups_json(views, inventory).dump(2) << "\n";
  } else {
    print(context.terminal, inventory, views, wanted);
  }
  const bool all_grouped = std::ranges::all_of(
      wanted, [&](const PciAddress& function) { return inventory.find(function)->iommu_group.has_value(); });
  const bool blocked = std::ranges::find(views, Passes::no, &GroupView::passes) != views.end();
  return inventory.iommu.enabled && all_grouped && !blocked ? 0 : 1;
}

}  // namespace gpupass::cli
