// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass groups: what must go to a guest together.
#include <algorithm>
#include <ostream>
#include <set>

#include "cli/options.hpp"
#include "cli/selection.hpp"
#include "gpupass/inventory.hpp"
#include "judge/viability.hpp"
#include "report/device_text.hpp"
#include "report/groups.hpp"

namespace gpupass::cli {
namespace {

using report::GroupView;
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
    GPUPASS_TRY_ASSIGN(const auto named, select_cards(inventory, selectors));
    return Functions(named.begin(), named.end());
  }
  Functions wanted;
  for (const auto& card : graphics_cards(inventory)) wanted.insert(card.begin(), card.end());
  return wanted;
}

bool is_bridge(const Device& device) {
  return device.header_type == HeaderType::bridge || device.header_type == HeaderType::cardbus;
}

/// The members of a group that would go to the guest: those that are wanted, or, where the group has
/// none of those, its first card.
Target target_in(const IommuGroup& group, const Functions& wanted, const Inventory& inventory) {
  const auto is_endpoint = [&](const PciAddress& member) {
    const auto* const device = inventory.find(member);
    return device != nullptr && !is_bridge(*device);
  };
  Target target;
  std::ranges::copy_if(group.members, std::back_inserter(target.functions), [&](const PciAddress& member) {
    return wanted.contains(member) && is_endpoint(member);
  });
  if (!target.functions.empty()) return target;
  const auto first = std::ranges::find_if(group.members, is_endpoint);
  if (first != group.members.end()) target.functions = card_of(inventory, *first);
  return target;
}

GroupView view_of(const IommuGroup& group, const Functions& wanted, const Inventory& inventory) {
  const auto target = target_in(group, wanted, inventory);
  const auto obstacles = rules::in_the_way(group, target, inventory);
  const auto role_of = [&](const Device& device) {
    if (std::ranges::find(target.functions, device.address) != target.functions.end()) return Role::passed;
    if (std::ranges::find(obstacles, &device) != obstacles.end()) return Role::in_the_way;
    return is_bridge(device) ? Role::bridge : Role::free;
  };
  GroupView view{&group, {}};
  for (const auto& member : group.members) {
    if (const auto* const device = inventory.find(member)) view.members.push_back({device, role_of(*device)});
  }
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
  return inventory.iommu.enabled && all_grouped && std::ranges::none_of(views, &GroupView::is_blocked) ? 0
                                                                                                       : 1;
}

}  // namespace gpupass::cli
