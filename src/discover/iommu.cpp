// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/iommu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

/// Names of /sys/class/iommu: "dmar0", "ivhd0", "smmu3.0x…".
IommuKind kind_of_unit(std::string_view name) {
  if (name.starts_with("dmar")) return IommuKind::intel_vtd;
  if (name.starts_with("ivhd")) return IommuKind::amd_vi;
  if (name.starts_with("smmu")) return IommuKind::arm_smmu;
  return IommuKind::other;
}

IommuKind kind_of_table(std::string_view table) {
  if (table == "DMAR") return IommuKind::intel_vtd;
  if (table == "IVRS") return IommuKind::amd_vi;
  if (table == "IORT") return IommuKind::arm_smmu;
  return IommuKind::none;
}

/// The ACPI table that describes an IOMMU, or nothing; an error if that cannot be determined.
Result<std::string> find_table(const Host& host) {
  for (const auto* const table : {"DMAR", "IVRS", "IORT"}) {
    if (host.exists(fmt::format("{}/{}", sysfs::k_acpi_tables, table))) return table;
  }
  GPUPASS_TRY(host.list(sysfs::k_acpi_tables).map([](const auto&) {}));
  return "";
}

/// Xen's first domain: Xen itself has the IOMMU, and Linux shows neither units nor groups.
bool is_xen_dom0(const Host& host) {
  if (host.attribute(sysfs::k_hypervisor_type).value_or("") != "xen") return false;
  return host.read("/proc/xen/capabilities").value_or("").find("control_d") != std::string::npos;
}

/// Groups that show an IOMMU where no unit does (POWER has none). vfio makes some of its own
/// where there is no IOMMU at all, and says so in their name.
bool has_real_group(const Host& host, const std::vector<IommuGroup>& groups) {
  return std::any_of(groups.begin(), groups.end(), [&](const IommuGroup& group) {
    const auto name = host.attribute(sysfs::iommu_group(group.number, "name"));
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

/// Whether the tree has any place where an IOMMU would show: a capture may lack them all.
bool would_show(const Host& host, const Result<std::string>& table) {
  return table.has_value() || host.exists(sysfs::k_iommus) || host.exists(sysfs::k_iommu_groups) ||
         host.exists(sysfs::k_devicetree);
}

/// Why a machine that shows no IOMMU shows none. `table` is what find_table() said.
IommuOff why_off(const Host& host, const Inventory& inventory, const Result<std::string>& table) {
  if (is_xen_dom0(host)) return IommuOff::xen_dom0;
  // IORT is there for the interrupts alone, too, and a device tree is as good: neither tells why.
  if (inventory.kernel.is_arm64() && would_show(host, table)) return IommuOff::no_unit;
  if (!table || !inventory.kernel.is_x86()) return IommuOff::could_not_tell;
  if (table->empty()) {
    return inventory.kvm.cpu_flag.empty() ? IommuOff::no_cpu_support : IommuOff::no_firmware_table;
  }
  return switched_off(inventory.kernel.command_line, kind_of_table(*table)) ? IommuOff::kernel_option_off
                                                                            : IommuOff::kernel_option_missing;
}

/// "allow_unsafe_interrupts" with nothing, or with what the kernel takes for true (kstrtobool).
bool allows_unsafe(std::string_view option) {
  constexpr std::string_view k_option = "allow_unsafe_interrupts";
  if (!option.starts_with(k_option)) return false;
  const auto value = option.substr(k_option.size());
  return value.empty() || value == "=1" || value == "=y" || value == "=Y" || value == "=t" || value == "=on";
}

/// "options vfio_iommu_type1 allow_unsafe_interrupts=1" of a file of modprobe's.
bool is_set_by(const std::string& text) {
  return std::ranges::any_of(core::split(text, '\n'), [](std::string_view line) {
    const auto words = core::words(line);
    return words.size() > 2 && words[0] == "options" &&
           (words[1] == "vfio_iommu_type1" || words[1] == "vfio-iommu-type1") &&
           std::any_of(words.begin() + 2, words.end(), allows_unsafe);
  });
}

/// The file that says that vfio does without interrupt remapping: of the module that is there, or of what it
/// will be loaded with. Empty: it does not.
std::string unsafe_interrupts_by(const Host& host, std::string_view command_line) {
  const std::string parameter = sysfs::k_unsafe_interrupts;
  if (const auto value = host.attribute(parameter)) return *value == "Y" ? parameter : "";
  for (const auto word : core::words(command_line)) {
    constexpr std::string_view k_module = "vfio_iommu_type1.";
    if (word.starts_with(k_module) && allows_unsafe(word.substr(k_module.size()))) return "/proc/cmdline";
  }
  for (const std::string folder :
       {"/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"}) {
    for (const auto& name : host.list(folder).value_or(std::vector<std::string>{})) {
      const auto path = folder + "/" + name;
      if (name.ends_with(".conf") && is_set_by(host.read(path).value_or(""))) return core::printable(path);
    }
  }
  return "";
}

constexpr const char* k_interrupts = "/proc/interrupts";

/// The chip that each interrupt comes through, each once: " 24:  0  0  IR-PCI-MSI 32768-edge  nvme0q0". Those
/// without a number of their own (NMI, LOC) have no chip.
std::vector<std::string_view> chips_of(std::string_view text) {
  std::vector<std::string_view> chips;
  for (const auto line : core::split(text, '\n')) {
    const auto words = core::words(line);
    if (words.empty() || !words[0].ends_with(':') ||
        !core::parse_number(words[0].substr(0, words[0].size() - 1)))
      continue;
    const auto chip = std::find_if(words.begin() + 1, words.end(),
                                   [](std::string_view word) { return !core::parse_number(word); });
    if (chip != words.end() && std::ranges::find(chips, *chip) == chips.end()) chips.push_back(*chip);
  }
  return chips;
}

struct Isolation {
  Ternary isolated = Ternary::unknown;
  std::string_view by;  // the chip that shows it; empty: it is their silence that does, or nothing is known
};

/// No unit tells whether it remaps: the kernel names a chip with IR- before it when it does.
Isolation isolation_on_x86(const std::vector<std::string_view>& chips) {
  bool tells = false;
  for (const auto chip : chips) {
    if (chip.starts_with("IR-")) return {Ternary::yes, chip};
    // Only where interrupts are shown that could be remapped does their silence say anything.
    tells = tells || chip.starts_with("PCI-MSI") || chip.starts_with("IO-APIC");
  }
  return {tells ? Ternary::no : Ternary::unknown, {}};
}

/// A GICv3's ITS knows which device writes, and raises that device's interrupts only: the kernel marks its
/// domain as isolated (drivers/irqchip/irq-gic-v3-its.c), and GICv2m's frame not (irq-gic-v2m.c).
Isolation isolation_on_arm64(const std::vector<std::string_view>& chips) {
  for (const auto chip : chips) {
    if (chip.starts_with("ITS-")) return {Ternary::yes, chip};
  }
  for (const auto chip : chips) {
    if (chip.starts_with("GICv2m-")) return {Ternary::no, chip};
  }
  return {};
}

void read_interrupt_remapping(const Host& host, const Kernel& kernel, Iommu& iommu, Problems& problems) {
  constexpr std::size_t k_limit = 64U << 20U;  // a column a processor
  constexpr std::size_t k_named = 8;
  const auto text = text_or_note(problems, k_interrupts, host.read(k_interrupts, k_limit));
  auto chips = chips_of(text);
  Isolation isolation;
  if (kernel.is_x86()) isolation = isolation_on_x86(chips);
  if (kernel.is_arm64()) isolation = isolation_on_arm64(chips);
  iommu.interrupt_remapping = isolation.isolated;
  std::string what = "no interrupt chip named IR-…";
  if (!isolation.by.empty()) what = core::printable(isolation.by);
  if (isolation.isolated == Ternary::unknown) {
    if (chips.empty()) return;
    chips.resize(std::min(chips.size(), k_named));
    std::vector<std::string> names;
    for (const auto chip : chips) names.push_back(core::printable(chip));
    what = "interrupts come through " + core::enumerate(names);
  }
  iommu.evidence = fmt::format("{}: {}", k_interrupts, what);
}

/// Lines "0x00000000fee00000 0x00000000feefffff msi". Nothing if the kernel has no such file
/// (before 4.12), or a capture left it out; a Problem where it is there and cannot be understood.
std::optional<std::vector<ReservedRegion>> read_regions(const Host& host, int number, Problems& problems) {
  const auto path = sysfs::iommu_group(number, "reserved_regions");
  const auto text = host.read(path);
  if (!text) {
    if (text.error().kind != ErrorKind::not_found) note(problems, path, text.error());
    return std::nullopt;
  }
  std::vector<ReservedRegion> regions;
  for (const auto line : core::split(*text, '\n')) {
    const auto words = core::words(line);
    const auto start = words.size() == 3 ? core::parse_number(words[0], 16) : std::nullopt;
    const auto end = words.size() == 3 ? core::parse_number(words[1], 16) : std::nullopt;
    if (!start || !end) {
      note(problems, path, "holds " + excerpt(line));
      return std::nullopt;
    }
    regions.push_back({*start, *end, core::printable(words[2])});
  }
  return regions;
}

}  // namespace

std::vector<IommuGroup> read_groups(const Host& host, const std::vector<Device>& devices,
                                    Problems& problems) {
  std::map<int, IommuGroup> groups;
  for (const auto& device : devices) {
    if (device.iommu_group) groups[*device.iommu_group].members.push_back(device.address);
  }
  std::vector<IommuGroup> sorted;
  for (auto& [number, group] : groups) {
    group.number = number;
    // Kernels before 4.3 have none.
    group.type = core::printable(host.attribute(sysfs::iommu_group(number, "type")).value_or(""));
    group.reserved_regions = read_regions(host, number, problems);
    sorted.push_back(std::move(group));
  }
  return sorted;
}

Iommu read_iommu(const Host& host, const Inventory& inventory, Problems& problems) {
  Iommu iommu;
  const auto table = find_table(host);
  iommu.table = table.value_or("");
  iommu.kind = kind_of_table(iommu.table);
  iommu.unsafe_by = unsafe_interrupts_by(host, inventory.kernel.command_line);
  iommu.unsafe_interrupts = !iommu.unsafe_by.empty();
  const auto units = host.list(sysfs::k_iommus).value_or(std::vector<std::string>{});
  iommu.enabled = !units.empty() || has_real_group(host, inventory.groups);
  if (iommu.enabled) {
    if (!units.empty()) iommu.kind = kind_of_unit(units.front());
    if (iommu.kind == IommuKind::none) iommu.kind = IommuKind::other;
    iommu.off = IommuOff::not_off;
    read_interrupt_remapping(host, inventory.kernel, iommu, problems);
    return iommu;
  }
  iommu.off = why_off(host, inventory, table);
  if (!table && iommu.off == IommuOff::could_not_tell) note(problems, sysfs::k_acpi_tables, table.error());
  return iommu;
}

}  // namespace gpupass::discover
