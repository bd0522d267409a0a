// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/groups.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/device_text.hpp"
#include "report/inventory_json.hpp"
#include "report/table.hpp"

namespace gpupass::report {
namespace {

const char* name(Role role) {
  switch (role) {
    case Role::passed:
      return "passed";
    case Role::bridge:
      return "bridge";
    case Role::free:
      return "free";
    case Role::in_the_way:
      break;
  }
  return "in-the-way";
}

/// The role in a table.
Cell role_cell(Role role) {
  switch (role) {
    case Role::passed:
      return {"goes to the guest", Style::bold};
    case Role::bridge:
      return {"bridge, stays", Style::dim};
    case Role::free:
      return {"free, stays", Style::dim};
    case Role::in_the_way:
      break;
  }
  return {"in the way", Style::red};
}

Cell verdict_cell(const GroupView& view) {
  if (view.can_be_passed()) return {"yes", Style::green};
  return view.is_blocked() ? Cell("no", Style::red) : Cell("-");
}

std::string why(const Device& device) {
  return fmt::format("an endpoint that the host drives with {}", device.driver.value_or("no driver"));
}

std::string obstacle_text(const GroupView& view) {
  std::string text;
  for (const auto& [device, role] : view.members) {
    if (role != Role::in_the_way) continue;
    text += fmt::format(
        "Group {}: {} ({}) is in the way, {}: take it along (--with {}) or move it to another slot.\n",
        view.group->number, to_string(device->address), short_name(*device), why(*device),
        to_string(device->address));
  }
  return text;
}

bool has_role(const GroupView& view, Role role) {
  return std::ranges::any_of(view.members,
                             [&](const GroupView::Member& member) { return member.role == role; });
}

core::Json member_json(const GroupView::Member& member) {
  const auto& [device, role] = member;
  core::Json json = {{"address", to_string(device->address)},
                     {"ids", ids(*device)},
                     {"class_name", device->class_name},
                     {"name", short_name(*device)},
                     {"driver", device->driver ? core::Json(*device->driver) : core::Json(nullptr)},
                     {"role", name(role)}};
  if (role == Role::in_the_way) json["why"] = why(*device);
  return json;
}

core::Json group_json(const GroupView& view) {
  auto members = core::Json::array();
  for (const auto& member : view.members) members.push_back(member_json(member));
  return {{"number", view.group->number},
          {"type", view.group->type},
          {"can_be_passed_through", view.can_be_passed()},
          {"members", members}};
}

}  // namespace

bool GroupView::is_blocked() const {
  return has_role(*this, Role::in_the_way);
}

bool GroupView::can_be_passed() const {
  return has_role(*this, Role::passed) && !is_blocked();
}

std::string groups_text(const std::vector<GroupView>& groups, int width, bool colour) {
  Table table({{"GROUP", Align::right},
               {"PASSES"},
               {"ADDRESS"},
               {"IDS", Align::left, 0, 2},
               {"CLASS", Align::left, 20, 1},
               {"NAME", Align::left, 16},
               {"DRIVER", Align::left, 10},
               {"ROLE"}});
  std::string obstacles;
  for (const auto& view : groups) {
    for (const auto& [device, role] : view.members) {
      const bool first = device == view.members.front().device;
      table.add({first ? std::to_string(view.group->number) : "", first ? verdict_cell(view) : "",
                 to_string(device->address), ids(*device), device->class_name, short_name(*device),
                 device->driver.value_or("-"), role_cell(role)});
    }
    obstacles += obstacle_text(view);
  }
  return table.text(width, colour) + (obstacles.empty() ? "" : "\n" + obstacles);
}

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
    case IommuOff::not_off:
    case IommuOff::could_not_tell:
      break;
  }
  return "There are no IOMMU groups, and why could not be found out; `gpupass doctor` shows what was read.";
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
