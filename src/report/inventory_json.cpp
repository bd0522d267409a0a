// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/inventory_json.hpp"

#include <fmt/format.h>

#include <ostream>
#include <set>

#include "gpupass/core/names.hpp"
#include "gpupass/report/device_text.hpp"

namespace gpupass::report {
namespace {

using core::Json;

std::string hex(std::uint64_t number, int digits) {
  return fmt::format("{:#0{}x}", number, digits + 2);
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json addresses(const std::vector<PciAddress>& list) {
  auto json = Json::array();
  for (const auto& address : list) json.push_back(to_string(address));
  return json;
}

constexpr std::array k_header_type_names = {
    core::Name<HeaderType>{HeaderType::endpoint, "endpoint"},
    core::Name<HeaderType>{HeaderType::bridge, "bridge"},
    core::Name<HeaderType>{HeaderType::cardbus, "cardbus"},
    core::Name<HeaderType>{HeaderType::unreadable, "unreadable"},
};

const char* name(HeaderType type) {
  return core::name_in(k_header_type_names, type);
}

constexpr std::array k_iommu_kind_names = {
    core::Name<IommuKind>{IommuKind::none, "none"},
    core::Name<IommuKind>{IommuKind::intel_vtd, "intel-vtd"},
    core::Name<IommuKind>{IommuKind::amd_vi, "amd-vi"},
    core::Name<IommuKind>{IommuKind::arm_smmu, "arm-smmu"},
    core::Name<IommuKind>{IommuKind::other, "other"},
};

const char* name(IommuKind kind) {
  return core::name_in(k_iommu_kind_names, kind);
}

constexpr std::array k_iommu_off_names = {
    core::Name<IommuOff>{IommuOff::not_off, "not-off"},
    core::Name<IommuOff>{IommuOff::kernel_option_missing, "kernel-option-missing"},
    core::Name<IommuOff>{IommuOff::kernel_option_off, "kernel-option-off"},
    core::Name<IommuOff>{IommuOff::no_firmware_table, "no-firmware-table"},
    core::Name<IommuOff>{IommuOff::no_cpu_support, "no-cpu-support"},
    core::Name<IommuOff>{IommuOff::no_unit, "no-unit"},
    core::Name<IommuOff>{IommuOff::xen_dom0, "xen-dom0"},
    core::Name<IommuOff>{IommuOff::could_not_tell, "could-not-tell"},
};

const char* name(IommuOff off) {
  return core::name_in(k_iommu_off_names, off);
}

constexpr std::array k_holder_kind_names = {
    core::Name<HolderKind>{HolderKind::process, "process"},
    core::Name<HolderKind>{HolderKind::mount, "mount"},
    core::Name<HolderKind>{HolderKind::swap, "swap"},
    core::Name<HolderKind>{HolderKind::layer, "layer"},
    core::Name<HolderKind>{HolderKind::target, "target"},
    core::Name<HolderKind>{HolderKind::route, "route"},
    core::Name<HolderKind>{HolderKind::network, "network"},
    core::Name<HolderKind>{HolderKind::console, "console"},
    core::Name<HolderKind>{HolderKind::framebuffer, "framebuffer"},
};

const char* name(HolderKind kind) {
  return core::name_in(k_holder_kind_names, kind);
}

Json ternary(Ternary value) {
  return value == Ternary::unknown ? Json(nullptr) : Json(value == Ternary::yes);
}

Json link(const std::optional<Link>& link) {
  if (!link) return nullptr;
  return {{"speed", link->speed}, {"width", link->width}};
}

Json bars(const std::vector<Bar>& bars) {
  auto json = Json::array();
  for (const auto& bar : bars) {
    json.push_back({{"index", bar.index},
                    {"start", hex(bar.start, 1)},
                    {"size", bar.size},
                    {"io", bar.io},
                    {"64bit", bar.is_64bit},
                    {"prefetchable", bar.prefetchable}});
  }
  return json;
}

Json sriov(const std::optional<Sriov>& sriov) {
  if (!sriov) return nullptr;
  const auto& physical = sriov->physical_function;
  return {{"physical_function", physical ? Json(to_string(*physical)) : Json(nullptr)},
          {"total", sriov->total},
          {"enabled", sriov->enabled},
          {"virtual_functions", addresses(sriov->virtual_functions)}};
}

Json reserved(const std::optional<std::vector<ReservedRegion>>& regions) {
  if (!regions) return nullptr;
  auto json = Json::array();
  for (const auto& region : *regions) {
    json.push_back({{"start", hex(region.start, 16)}, {"end", hex(region.end, 16)}, {"type", region.type}});
  }
  return json;
}

/// Text of an inventory is valid UTF-8 already; should it ever not be, the document still is JSON.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Elements one a line, so that a large document is never held as a whole.
template <class Elements, class ToJson>
void write_array(std::ostream& out, const char* name, const Elements& elements, ToJson to_json) {
  out << ",\n\"" << name << "\":[";
  const char* before = "\n";
  for (const auto& element : elements) {
    out << before << dump(to_json(element));
    before = ",\n";
  }
  out << "]";
}

}  // namespace

Json to_json(const Device& device) {
  Json json;
  json["address"] = to_string(device.address);
  json["class"] = hex(device.class_code, 6);
  json["class_name"] = device.class_name;
  json["ids"] = ids(device);
  json["vendor_name"] = device.vendor_name;
  json["device_name"] = device.device_name;
  json["subsystem_ids"] = fmt::format("{:04x}:{:04x}", device.subsystem_vendor, device.subsystem_device);
  json["subsystem_name"] = device.subsystem_name;
  json["revision"] = hex(device.revision, 2);
  json["header_type"] = name(device.header_type);
  json["pcie"] = device.is_pcie;
  json["driver"] = or_null(device.driver);
  json["driver_override"] = or_null(device.driver_override);
  json["modules"] = device.modules;
  json["iommu_group"] = or_null(device.iommu_group);
  json["bridges"] = addresses(device.bridges);
  json["bars"] = bars(device.bars);
  json["reset_methods"] = device.reset_methods;
  json["numa_node"] = device.numa_node < 0 ? Json(nullptr) : Json(device.numa_node);
  json["link_now"] = link(device.link_now);
  json["link_most"] = link(device.link_most);
  json["boot_vga"] = or_null(device.boot_vga);
  json["sriov"] = sriov(device.sriov);
  json["power_state"] = device.power_state.empty() ? Json(nullptr) : Json(device.power_state);
  return json;
}

Json to_json(const IommuGroup& group) {
  return {{"number", group.number},
          {"type", group.type},
          {"members", addresses(group.members)},
          {"reserved_regions", reserved(group.reserved_regions)}};
}

Json to_json(const Iommu& iommu) {
  return {{"kind", name(iommu.kind)},
          {"enabled", iommu.enabled},
          {"off", iommu.enabled ? Json(nullptr) : Json(name(iommu.off))},
          {"table", iommu.table.empty() ? Json(nullptr) : Json(iommu.table)},
          {"interrupt_remapping", ternary(iommu.interrupt_remapping)},
          {"interrupt_remapping_evidence", iommu.evidence},
          {"unsafe_interrupts", iommu.unsafe_interrupts}};
}

Json to_json(const Kernel& kernel) {
  auto modules = Json::array();
  for (const auto& module : kernel.modules) {
    modules.push_back({{"name", module.name}, {"loaded", module.loaded}, {"available", module.available}});
  }
  return {{"release", kernel.release},
          {"command_line", kernel.command_line},
          {"boot_id", kernel.boot_id},
          {"architecture", kernel.architecture.empty() ? Json(nullptr) : Json(kernel.architecture)},
          {"modules", modules}};
}

Json to_json(const Kvm& kvm) {
  Json probe = nullptr;
  if (kvm.probe) {
    probe = {{"node_present", kvm.probe->node_present},
             {"opened", kvm.probe->opened},
             {"api_version", kvm.probe->api_version},
             {"machine_created", kvm.probe->machine_created},
             {"error", kvm.probe->error}};
  }
  return {{"cpu_flag", kvm.cpu_flag.empty() ? Json(nullptr) : Json(kvm.cpu_flag)}, {"probe", probe}};
}

Json to_json(const Holder& holder) {
  Json json = {{"device", to_string(holder.device)},
               {"kind", name(holder.kind)},
               {"node", holder.node},
               {"use", holder.use}};
  if (holder.pid != 0) {
    json["pid"] = holder.pid;
    json["process"] = holder.process;
  }
  const auto where_known = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  where_known("child", holder.child);
  where_known("layer", holder.layer);
  where_known("remote", holder.remote);
  where_known("program", holder.program);
  where_known("manager", holder.manager);
  where_known("managed", holder.managed);
  if (holder.depth > 0) json["depth"] = holder.depth;
  return json;
}

Json to_json(const std::vector<Problem>& problems) {
  auto json = Json::array();
  for (const auto& problem : problems) json.push_back({{"path", problem.path}, {"what", problem.what}});
  return json;
}

void write_list(std::ostream& out, const Inventory& inventory, const std::vector<const Device*>& shown,
                const DomainsNow& domains) {
  std::set<int> groups;
  std::set<PciAddress> functions;
  for (const auto* const device : shown) {
    functions.insert(device->address);
    if (device->iommu_group) groups.insert(*device->iommu_group);
  }
  std::vector<const IommuGroup*> shown_groups;
  for (const auto& group : inventory.groups) {
    if (groups.contains(group.number)) shown_groups.push_back(&group);
  }
  std::vector<const Holder*> shown_holders;
  for (const auto& holder : inventory.holders) {
    if (functions.contains(holder.device)) shown_holders.push_back(&holder);
  }
  std::vector<const Assignment*> shown_domains;
  for (const auto& assignment : domains.assignments) {
    if (functions.contains(assignment.device)) shown_domains.push_back(&assignment);
  }
  const auto pointed = [](const auto* element) { return to_json(*element); };
  out << "{\"schema\":\"gpupass.list/2\"";
  write_array(out, "devices", shown, pointed);
  write_array(out, "groups", shown_groups, pointed);
  write_array(out, "holders", shown_holders, pointed);
  write_array(out, "libvirt", domains.asked, [](const auto& answer) { return to_json(answer); });
  write_array(out, "domains", shown_domains, pointed);
  out << ",\n\"holders_complete\":" << (inventory.holders_complete ? "true" : "false")
      << ",\n\"iommu\":" << dump(to_json(inventory.iommu))
      << ",\n\"kernel\":" << dump(to_json(inventory.kernel)) << ",\n\"kvm\":" << dump(to_json(inventory.kvm))
      << ",\n\"problems\":" << dump(to_json(inventory.problems)) << "}\n";
}

}  // namespace gpupass::report
