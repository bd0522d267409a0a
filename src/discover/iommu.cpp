// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/iommu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/printable.hpp"
#include "core/text.hpp"

namespace gpupass::discovery {
namespace {

constexpr const char* k_tables = "/sys/firmware/acpi/tables";

/// Names of /sys/class/iommu: "dmar0", "ivhd0", "smmu3.0x…".
IommuKind kind_of_unit(std::string_view name) {
  if (name.starts_with("dmar")) return IommuKind::intel_vtd;
  if (name.starts_with("ivhd")) return IommuKind::amd_vi;
  return IommuKind::other;
}

IommuKind kind_of_table(std::string_view table) {
  if (table == "DMAR") return IommuKind::intel_vtd;
  if (table == "IVRS") return IommuKind::amd_vi;
  return IommuKind::none;
}

/// The ACPI table that describes an IOMMU, or nothing; an error when it cannot be told.
Result<std::string> find_table(const Host& host) {
  for (const auto* const table : {"DMAR", "IVRS"}) {
    if (host.exists(fmt::format("{}/{}", k_tables, table))) return table;
  }
  GPUPASS_TRY(host.list(k_tables).map([](const auto&) {}));
  return "";
}

/// Xen's first domain: Xen itself has the IOMMU, and Linux shows neither units nor groups.
bool is_xen_dom0(const Host& host) {
  if (host.attribute("/sys/hypervisor/type").value_or("") != "xen") return false;
  return host.read("/proc/xen/capabilities").value_or("").find("control_d") != std::string::npos;
}

/// Groups that stand for an IOMMU, where no unit does (POWER has none). vfio makes some of its own
/// where there is no IOMMU at all, and says so in their name.
bool has_real_group(const Host& host, const std::vector<IommuGroup>& groups) {
  return std::any_of(groups.begin(), groups.end(), [&](const IommuGroup& group) {
    const auto name = host.attribute(fmt::format("/sys/kernel/iommu_groups/{}/name", group.number));
    return name.value_or("") != "vfio-noiommu";
  });
}

/// Whether an option of the command line, "intel_iommu=on,sm_on", has this among its values.
bool has_option(std::string_view command_line, std::string_view name, std::string_view value) {
  return std::ranges::any_of(core::words(command_line), [&](std::string_view word) {
    if (!word.starts_with(name) || word.substr(name.size()).substr(0, 1) != "=") return false;
    const auto values = core::split(word.substr(name.size() + 1), ',');
    return std::find(values.begin(), values.end(), value) != values.end();
  });
}

bool switched_off(std::string_view command_line, IommuKind kind) {
  return has_option(command_line, "iommu", "off") ||
         (kind == IommuKind::intel_vtd && has_option(command_line, "intel_iommu", "off")) ||
         (kind == IommuKind::amd_vi && has_option(command_line, "amd_iommu", "off"));
}

/// Why a machine that shows no IOMMU shows none. `table` is what find_table() said.
IommuOff why_off(const Host& host, const Inventory& inventory, const Result<std::string>& table) {
  if (is_xen_dom0(host)) return IommuOff::xen_dom0;
  if (!table) return IommuOff::could_not_tell;
  if (table->empty()) {
    return inventory.kvm.cpu_flag.empty() ? IommuOff::no_cpu_support : IommuOff::no_firmware_table;
  }
  return switched_off(inventory.kernel.command_line, kind_of_table(*table)) ? IommuOff::kernel_option_off
                                                                            : IommuOff::kernel_option_missing;
}

/// The kernel names an interrupt's chip with IR- before it when interrupts are remapped:
/// " 24:  0  IR-PCI-MSI 32768-edge  nvme0q0". No unit tells it otherwise.
void read_interrupt_remapping(const Host& host, Iommu& iommu, Problems& problems) {
  constexpr const char* k_path = "/proc/interrupts";
  constexpr std::size_t k_limit = 64U << 20U;  // a column a processor
  const auto text = text_or_note(problems, k_path, host.read(k_path, k_limit));
  for (const auto line : core::split(text, '\n')) {
    const auto at = line.find(" IR-");
    if (at == line.npos) continue;
    iommu.interrupt_remapping = Ternary::yes;
    const auto chip = line.substr(at + 1);
    iommu.evidence = fmt::format("{}: {}", k_path, core::printable(chip.substr(0, chip.find(' '))));
    return;
  }
  // Only where interrupts are shown that could be remapped does their silence say anything.
  const bool x86 = text.find("PCI-MSI") != text.npos || text.find("IO-APIC") != text.npos;
  if (!x86) return;
  iommu.interrupt_remapping = Ternary::no;
  iommu.evidence = fmt::format("{}: no interrupt chip named IR-…", k_path);
}

}  // namespace

std::vector<IommuGroup> read_groups(const Host& host, const std::vector<Device>& devices) {
  std::map<int, IommuGroup> groups;
  for (const auto& device : devices) {
    if (device.iommu_group) groups[*device.iommu_group].members.push_back(device.address);
  }
  std::vector<IommuGroup> sorted;
  for (auto& [number, group] : groups) {
    group.number = number;
    // Kernels before 4.3 have none.
    group.type =
        core::printable(host.attribute(fmt::format("/sys/kernel/iommu_groups/{}/type", number)).value_or(""));
    sorted.push_back(std::move(group));
  }
  return sorted;
}

Iommu read_iommu(const Host& host, const Inventory& inventory, Problems& problems) {
  Iommu iommu;
  const auto table = find_table(host);
  iommu.table = table.value_or("");
  iommu.kind = kind_of_table(iommu.table);
  iommu.unsafe_interrupts =
      host.attribute("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts").value_or("") == "Y";
  const auto units = host.list("/sys/class/iommu").value_or(std::vector<std::string>{});
  iommu.enabled = !units.empty() || has_real_group(host, inventory.groups);
  if (iommu.enabled) {
    if (!units.empty()) iommu.kind = kind_of_unit(units.front());
    if (iommu.kind == IommuKind::none) iommu.kind = IommuKind::other;
    iommu.off = IommuOff::not_off;
    read_interrupt_remapping(host, iommu, problems);
    return iommu;
  }
  iommu.off = why_off(host, inventory, table);
  if (!table && iommu.off == IommuOff::could_not_tell) note(problems, k_tables, table.error());
  return iommu;
}

}  // namespace gpupass::discovery
