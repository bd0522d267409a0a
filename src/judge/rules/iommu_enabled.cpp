// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/viability.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

constexpr const char* k_command_line = "/proc/cmdline";

enum class Maker { intel, amd, unknown };

/// Whose settings to name. The table outweighs the processor: an emulated machine may mix them.
Maker maker_of(const Inventory& inventory) {
  if (inventory.iommu.table == "DMAR") return Maker::intel;
  if (inventory.iommu.table == "IVRS") return Maker::amd;
  if (inventory.kvm.cpu_flag == "vmx") return Maker::intel;
  if (inventory.kvm.cpu_flag == "svm") return Maker::amd;
  return Maker::unknown;
}

std::string name_of(IommuKind kind) {
  if (kind == IommuKind::intel_vtd) return "Intel VT-d";
  if (kind == IommuKind::amd_vi) return "AMD-Vi";
  if (kind == IommuKind::arm_smmu) return "the SMMU";
  return "an IOMMU";
}

Evidence command_line(const Inventory& inventory) {
  return {k_command_line, inventory.kernel.command_line};
}

Evidence table(const Inventory& inventory) {
  const auto& table = inventory.iommu.table;
  return table.empty() ? Evidence{sysfs::k_acpi_tables, "neither DMAR nor IVRS"}
                       : Evidence{fmt::format("{}/{}", sysfs::k_acpi_tables, table), "present"};
}

std::string add_option(const std::string& option) {
  return fmt::format(
      "add {} to the kernel's command line (Debian, Ubuntu: GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, "
      "then `update-grub`; Fedora: `grubby --update-kernel=ALL --args={}`) and reboot",
      option, option);
}

bool has_word(const std::string& command_line, std::string_view option) {
  const auto words = core::words(command_line);
  return std::ranges::find(words, option) != words.end();
}

/// The options that turn an IOMMU off, as they stand on the command line.
std::string offending_options(const std::string& command_line) {
  std::vector<std::string> options;
  for (const auto word : core::words(command_line)) {
    const bool concerns =
        word.starts_with("iommu=") || word.starts_with("intel_iommu=") || word.starts_with("amd_iommu=");
    if (concerns && word.find("off") != word.npos) options.emplace_back(word);
  }
  return options.empty() ? "the option that turns it off" : core::enumerate(options);
}

Finding option_missing(const Inventory& inventory) {
  const bool amd = maker_of(inventory) == Maker::amd;
  return blocks(
      Consent::impossible, k_machine,
      fmt::format("the firmware offers {}, but the kernel does not use it", amd ? "AMD-Vi" : "Intel VT-d"),
      {table(inventory), {sysfs::k_iommus, "empty"}, command_line(inventory)},
      amd ? "`journalctl -k -b -g AMD-Vi` says why the kernel left it off; where it distrusts the "
            "platform, " +
                add_option("amd_iommu=force_enable")
          : add_option("intel_iommu=on"));
}

Finding option_off(const Inventory& inventory) {
  return blocks(Consent::impossible, k_machine, "the kernel's command line turns the IOMMU off",
                {command_line(inventory), table(inventory)},
                fmt::format("take {} off the kernel's command line (Debian, Ubuntu: /etc/default/grub, then "
                            "`update-grub`) and reboot",
                            offending_options(inventory.kernel.command_line)));
}

Finding no_table(const Inventory& inventory) {
  const auto maker = maker_of(inventory);
  std::string setting = "\"Intel VT-d\" or \"AMD-Vi\" (\"IOMMU\")";
  if (maker == Maker::intel) setting = "\"Intel VT-d\" (\"Virtualization Technology for Directed I/O\")";
  if (maker == Maker::amd) setting = "\"IOMMU\" (\"AMD-Vi\"; Enabled, not Auto)";
  const bool option_lacks =
      maker == Maker::intel && !has_word(inventory.kernel.command_line, "intel_iommu=on");
  return blocks(Consent::impossible, k_machine,
                "the firmware describes no IOMMU: it is switched off there, or the machine has none",
                {table(inventory), {sysfs::k_iommus, "empty"}},
                fmt::format("turn on {} in the firmware's set-up{}", setting,
                            option_lacks ? ", then " + add_option("intel_iommu=on") : ""));
}

Finding no_processor_support(const Inventory& inventory) {
  return blocks(
      Consent::impossible, k_machine,
      "neither the processor nor the firmware shows any support for virtualisation",
      {{"/proc/cpuinfo", "flags: neither vmx nor svm"}, table(inventory)},
      "turn on \"VT-x\" and \"VT-d\" (Intel) or \"SVM\" and \"IOMMU\" (AMD) in the firmware's set-up; "
      "if this is itself a virtual machine, give it nested virtualisation and an emulated IOMMU");
}

Finding xen_dom0() {
  return blocks(
      Consent::impossible, k_machine,
      "this is a Xen dom0: Xen has the IOMMU, and neither KVM nor vfio-pci works under it",
      {{sysfs::k_hypervisor_type, "xen"}, {sysfs::k_iommus, "empty"}},
      "boot the same kernel without Xen (the boot menu's plain entry), or pass cards with Xen's own "
      "`xl pci-assignable-add`");
}

/// On arm64 neither a table nor an option of the command line tells why.
Finding no_smmu(const Inventory& inventory) {
  const auto& table = inventory.iommu.table;
  return blocks(
      Consent::impossible, k_machine,
      "the kernel uses no SMMU (the IOMMU of arm64), and nothing can be passed through without one",
      {{sysfs::k_iommus, "empty"},
       {sysfs::k_acpi_tables, table.empty() ? "no IORT" : table},
       architecture_of(inventory)},
      "turn on \"SMMU\" (\"IOMMU\") in the firmware's set-up where it has that, with a kernel that "
      "has CONFIG_ARM_SMMU_V3 or CONFIG_ARM_SMMU; `journalctl -k -b -g 'smmu|iommu'` shows what the "
      "kernel found");
}

/// Where firmware and command line say something else than on x86, or nothing.
Finding unknown_elsewhere(const Inventory& inventory) {
  return unmeasured(
      k_machine,
      fmt::format("no IOMMU is seen, and gpupass does not know how {} would show one",
                  describe_architecture(inventory.kernel)),
      {{sysfs::k_iommus, "empty or not there"},
       {sysfs::k_iommu_groups, fmt::format("{} groups of PCI functions", inventory.groups.size())},
       architecture_of(inventory)},
      "`journalctl -k -b -g iommu` shows what the kernel found; without an IOMMU group vfio-pci "
      "does not take a device");
}

Finding could_not_tell(const Inventory& inventory) {
  if (!inventory.kernel.is_x86() && !inventory.kernel.is_arm64()) return unknown_elsewhere(inventory);
  return unmeasured(k_machine, "whether there is an IOMMU could not be found out",
                    unread(inventory, {sysfs::k_acpi_tables, k_command_line}),
                    "run `gpupass doctor` again as root");
}

}  // namespace

std::vector<Finding> iommu_enabled(const Inventory& inventory, const Target&) {
  if (inventory.iommu.enabled) {
    return {
        fine(k_machine, name_of(inventory.iommu.kind) + " is on",
             {{sysfs::k_iommu_groups, fmt::format("{} groups of PCI functions", inventory.groups.size())}})};
  }
  switch (inventory.iommu.off) {
    case IommuOff::kernel_option_missing:
      return {option_missing(inventory)};
    case IommuOff::kernel_option_off:
      return {option_off(inventory)};
    case IommuOff::no_firmware_table:
      return {no_table(inventory)};
    case IommuOff::no_cpu_support:
      return {no_processor_support(inventory)};
    case IommuOff::no_unit:
      return {no_smmu(inventory)};
    case IommuOff::xen_dom0:
      return {xen_dom0()};
    case IommuOff::not_off:
    case IommuOff::could_not_tell:
      break;
  }
  return {could_not_tell(inventory)};
}

/// What gpupass adds to the kernel's command line with the binding is there by then.
std::vector<Finding> iommu_enabled_at_boot(const Inventory& inventory, const Target& target) {
  return missing_kernel_words(inventory).empty() ? iommu_enabled(inventory, target) : std::vector<Finding>{};
}

}  // namespace gpupass::judge
