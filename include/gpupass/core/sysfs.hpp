// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's paths below /sys (its Documentation/ABI), spelled only here.
#pragma once

#include <string>
#include <string_view>

#include "gpupass/device_name.hpp"

namespace gpupass::sysfs {

/// "FOLDER/NAME"; the folder where the name is empty.
[[nodiscard]] inline std::string at(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!name.empty()) path.append("/").append(name);
  return path;
}
[[nodiscard]] inline std::string at(std::string_view folder, std::string_view name, std::string_view below) {
  return at(at(folder, name), below);
}

// ---- PCI ------------------------------------------------------------------------------------------

inline constexpr const char* k_pci = "/sys/bus/pci";
inline constexpr const char* k_pci_devices = "/sys/bus/pci/devices";
inline constexpr const char* k_drivers_probe = "/sys/bus/pci/drivers_probe";

/// "/sys/bus/pci/devices/0000:01:00.0", or what is below it: "…/boot_vga".
[[nodiscard]] inline std::string pci_device(std::string_view address, std::string_view below = {}) {
  return at(k_pci_devices, address, below);
}
[[nodiscard]] inline std::string pci_device(const PciAddress& address, std::string_view below = {}) {
  return pci_device(to_string(address), below);
}
/// "/sys/bus/pci/drivers/vfio-pci", or a file there: "…/unbind".
[[nodiscard]] inline std::string pci_driver(std::string_view name, std::string_view below = {}) {
  return at("/sys/bus/pci/drivers", name, below);
}

// ---- the IOMMU ------------------------------------------------------------------------------------

inline constexpr const char* k_iommus = "/sys/class/iommu";  // one entry a unit
inline constexpr const char* k_iommu_groups = "/sys/kernel/iommu_groups";
inline constexpr const char* k_acpi_tables = "/sys/firmware/acpi/tables";
inline constexpr const char* k_devicetree = "/sys/firmware/devicetree";
inline constexpr const char* k_hypervisor_type = "/sys/hypervisor/type";
/// "Y": vfio passes devices through although interrupts are not remapped.
inline constexpr const char* k_unsafe_interrupts =
    "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";

/// "/sys/kernel/iommu_groups/14", or what is below it: "…/reserved_regions".
[[nodiscard]] inline std::string iommu_group(long number, std::string_view below = {}) {
  return at(k_iommu_groups, std::to_string(number), below);
}

// ---- devices of other kinds -----------------------------------------------------------------------

inline constexpr const char* k_classes = "/sys/class";
inline constexpr const char* k_block_numbers = "/sys/dev/block";  // links named 8:1

/// "/sys/dev/char/226:128", a link to what has that number.
[[nodiscard]] inline std::string character_device(std::string_view number) {
  return at("/sys/dev/char", number);
}
/// "/sys/block/bcache0", or what is below it: "…/bcache/stop".
[[nodiscard]] inline std::string disk(std::string_view name, std::string_view below = {}) {
  return at("/sys/block", name, below);
}
/// "/sys/class/net", one of its devices, or what is below that.
[[nodiscard]] inline std::string of_class(std::string_view name, std::string_view device = {},
                                          std::string_view below = {}) {
  return at(at(k_classes, name), device, below);
}
/// "/sys/bus/usb/devices", or one of them.
[[nodiscard]] inline std::string on_bus(std::string_view name, std::string_view device = {}) {
  return at(at("/sys/bus", name, "devices"), device);
}
/// A device of either kind, or what is below it: "…/driver".
[[nodiscard]] inline std::string device(const DeviceName& name, std::string_view below = {}) {
  const auto* const function = name.function();
  return function != nullptr ? pci_device(*function, below) : at(on_bus("mdev"), to_string(name), below);
}
/// Below these, devices have no hardware: "/sys/devices/virtual/block".
inline constexpr const char* k_virtual_devices = "/sys/devices/virtual";

// ---- the kernel and the machine -------------------------------------------------------------------

inline constexpr const char* k_modules = "/sys/module";  // those loaded, and some that are built in
inline constexpr const char* k_cpus = "/sys/devices/system/cpu";
inline constexpr const char* k_nodes = "/sys/devices/system/node";
inline constexpr const char* k_memory = "/sys/kernel/mm";  // settings of the whole machine
inline constexpr const char* k_clock_source =
    "/sys/devices/system/clocksource/clocksource0/current_clocksource";
inline constexpr const char* k_cgroups = "/sys/fs/cgroup";
inline constexpr const char* k_cgroup_controllers = "/sys/fs/cgroup/cgroup.controllers";  // of version 2
inline constexpr const char* k_btrfs = "/sys/fs/btrfs";
inline constexpr const char* k_configfs = "/sys/kernel/config";
inline constexpr const char* k_lio = "/sys/kernel/config/target/core";                // what LIO exports
inline constexpr const char* k_nvme_targets = "/sys/kernel/config/nvmet/subsystems";  // what nvmet exports
// systemd-boot names itself here, in UTF-16 (https://systemd.io/BOOT_LOADER_INTERFACE).
inline constexpr const char* k_loader_info =
    "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

inline constexpr const char* k_selinux_enforces = "/sys/fs/selinux/enforce";  // "1"

/// "/sys/module/nvidia", or what is below it: "…/version".
[[nodiscard]] inline std::string kernel_module(std::string_view name, std::string_view below = {}) {
  return at(k_modules, name, below);
}
/// "/sys/devices/system/node/node0".
[[nodiscard]] inline std::string node(long id) {
  return at(k_nodes, "node" + std::to_string(id));
}

}  // namespace gpupass::sysfs
