// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/core/text.hpp"
#include "gpupass/core/wrap.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/inventory_json.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::report {
namespace {

using judge::Passes;
using judge::Role;

struct RoleRow {
  Role role;
  const char* name;  // in JSON
  const char* text;
  Style style;
};
constexpr std::array k_roles = {
    RoleRow{Role::card, "card", "to the guest", Style::bold},
    RoleRow{Role::bridge, "bridge", "bridge, stays", Style::dim},
    RoleRow{Role::free, "free", "free, stays", Style::dim},
    RoleRow{Role::in_the_way, "in-the-way", "in the way", Style::red},
    RoleRow{Role::endpoint, "endpoint", "", Style::plain},
};

struct PassesRow {
  Passes passes;
  const char* name;  // in JSON
  const char* text;
  Style style;
};
constexpr std::array k_passes = {
    PassesRow{Passes::yes, "yes", "yes", Style::green},
    PassesRow{Passes::as_a_whole, "as-a-whole", "whole", Style::yellow},
    PassesRow{Passes::no, "no", "no", Style::red},
    PassesRow{Passes::nothing, "nothing", "-", Style::dim},
};

const RoleRow& row(Role role) {
  return *std::ranges::find(k_roles, role, &RoleRow::role);
}

const PassesRow& row(Passes passes) {
  return *std::ranges::find(k_passes, passes, &PassesRow::passes);
}

/// Empty if firmware demands nothing.
std::string demand_text(const GroupView& view, int width) {
  if (view.passes != Passes::no || !view.demanded) return "";
  constexpr std::size_t k_readable = 100, k_indent = 2;
  return core::wrapped(
             fmt::format(
                 "Group {} cannot be passed through: firmware demands a 1:1 mapping of memory for it, "
                 "and the kernel refuses it to vfio. `gpupass doctor {}` says more.",
                 view.group->number, to_string(view.members.back().device->address)),
             std::min(static_cast<std::size_t>(width), k_readable), k_indent) +
         "\n";
}

/// "Group 15 cannot be passed through: …"; empty if nothing is in the way.
std::string obstacle_text(const GroupView& view, int width) {
  std::vector<std::string> obstacles;
  for (const auto& [device, role] : view.members) {
    if (role != Role::in_the_way) continue;
    obstacles.push_back(fmt::format("{} ({}, driver {})", to_string(device->address), short_name(*device),
                                    device->driver.value_or("none")));
  }
  if (obstacles.empty()) return "";
  const auto card = std::ranges::find(view.members, Role::card, &GroupView::Member::role);
  constexpr std::size_t k_readable = 100, k_indent = 2;
  const bool one = obstacles.size() == 1;
  return core::wrapped(
             fmt::format("Group {} cannot be passed through: {} {} in the way, {} that the host drives. "
                         "`gpupass doctor {}` says whether {} can be taken along (attach --with), and what "
                         "else there is to do.",
                         view.group->number, core::enumerate(obstacles), one ? "is" : "are",
                         one ? "an endpoint" : "endpoints", to_string(card->device->address),
                         one ? "it" : "and which of them"),
             std::min(static_cast<std::size_t>(width), k_readable), k_indent) +
         "\n";
}

core::Json member_json(const GroupView::Member& member) {
  const auto& [device, role] = member;
  return {{"address", to_string(device->address)},
          {"ids", ids(*device)},
          {"class_name", device->class_name},
          {"name", short_name(*device)},
          {"driver", device->driver ? core::Json(*device->driver) : core::Json(nullptr)},
          {"role", row(role).name}};
}

core::Json group_json(const GroupView& view) {
  auto members = core::Json::array();
  for (const auto& member : view.members) members.push_back(member_json(member));
  return {{"number", view.group->number},
          {"type", view.group->type},
          {"passes", row(view.passes).name},
          {"direct_regions", view.group->direct_regions().size()},
          {"members", members}};
}

std::string table_of(const std::vector<GroupView>& groups, int width, bool colour) {
  Table table({{"GROUP", Align::right},
               {"PASSES"},
               {"ADDRESS"},
               {"IDS", Align::left, 0, 2},
               {"CLASS", Align::left, 20, 1},
               {"NAME", Align::left, 16},
               {"DRIVER", Align::left, 10},
               {"ROLE"}});
  std::string below;
  for (const auto& view : groups) {
    for (const auto& [device, role] : view.members) {
      const bool first = device == view.members.front().device;
      const auto& passes = row(view.passes);
      table.add({first ? std::to_string(view.group->number) : "",
                 {first ? passes.text : "", passes.style},
                 to_string(device->address),
                 ids(*device),
                 device->class_name,
                 short_name(*device),
                 device->driver.value_or("-"),
                 {row(role).text, row(role).style}});
    }
    below += demand_text(view, width) + obstacle_text(view, width);
  }
  if (std::ranges::find(groups, Passes::as_a_whole, &GroupView::passes) != groups.end()) {
    below += "whole: several cards, which go to one guest together or not at all.\n";
  }
  return table.text(width, colour) + (below.empty() ? "" : "\n" + below);
}

/// Why there are no groups; empty if the IOMMU is in use.
std::string no_groups_text(const Iommu& iommu) {
  if (iommu.enabled) return "";
  switch (iommu.off) {
    case IommuOff::xen_dom0:
      return "This is Xen's dom0: Xen has the IOMMU, so Linux sees no groups though passthrough works; use "
             "xl "
             "(pci-assignable-add), not vfio-pci.";
    case IommuOff::kernel_option_missing:
      return fmt::format(
          "There are no IOMMU groups: the firmware has the table {}, but the kernel does not use "
          "it; boot with {} on its command line.",
          iommu.table, iommu.table == "IVRS" ? "amd_iommu=on" : "intel_iommu=on");
    case IommuOff::kernel_option_off:
      return "There are no IOMMU groups: the kernel's command line turns the IOMMU off; take that option off "
             "it.";
    case IommuOff::no_firmware_table:
      return "There are no IOMMU groups: the firmware has no table of one (DMAR, IVRS); switch on VT-d or "
             "AMD-Vi "
             "(\"IOMMU\") in its set-up.";
    case IommuOff::no_cpu_support:
      return "There are no IOMMU groups: this machine has neither processor virtualisation (vmx, svm) nor an "
             "IOMMU's table; switch both on in the firmware, if it has them.";
    case IommuOff::no_unit:
      return "There are no IOMMU groups: the kernel uses no SMMU, the IOMMU of arm64; switch it on in the "
             "firmware's set-up, if that has a setting for it.";
    case IommuOff::not_off:
    case IommuOff::could_not_tell:
      break;
  }
  return "There are no IOMMU groups, and why could not be found out; `gpupass doctor` shows what was read.";
}

/// Wanted functions that are in no group although there are groups.
std::string ungrouped_text(const Inventory& inventory, const std::set<PciAddress>& wanted) {
  std::string text;
  for (const auto& function : wanted) {
    if (inventory.find(function)->iommu_group) continue;
    text +=
        to_string(function) + " is in no IOMMU group: no IOMMU covers it, and it cannot be passed through.\n";
  }
  return text;
}

}  // namespace

std::string groups_text(const std::vector<GroupView>& groups, const Inventory& inventory,
                        const std::set<PciAddress>& wanted, int width, bool colour) {
  const auto reason = no_groups_text(inventory.iommu);
  if (!reason.empty()) return reason + "\n";
  if (groups.empty() && wanted.empty()) return "There is no GPU. `gpupass groups --all` shows every group.\n";
  return (groups.empty() ? "" : table_of(groups, width, colour)) + ungrouped_text(inventory, wanted);
}

core::Json groups_json(const std::vector<GroupView>& groups, const Inventory& inventory) {
  auto list = core::Json::array();
  for (const auto& view : groups) list.push_back(group_json(view));
  const auto reason = no_groups_text(inventory.iommu);
  return {{"schema", "gpupass.groups/1"},
          {"iommu", to_json(inventory.iommu)},
          {"no_groups", reason.empty() ? core::Json(nullptr) : core::Json(reason)},
          {"groups", list},
          {"problems", to_json(inventory.problems)}};
}

}  // namespace gpupass::report
