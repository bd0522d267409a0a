// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace gpupass::rules {
namespace {

bool is_at_or_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

std::string attribute_path(const PciAddress& device, std::string_view attribute) {
  return fmt::format("/sys/bus/pci/devices/{}/{}", to_string(device), attribute);
}

std::string describe(const Device& device) {
  const auto kind =
      device.class_name.empty() ? fmt::format("class {:06x}", device.class_code) : device.class_name;
  return fmt::format("{} ({}, {})", to_string(device.address), kind,
                     device.driver ? "driver " + *device.driver : "no driver");
}

std::vector<std::string> names_of(const std::vector<PciAddress>& functions) {
  std::vector<std::string> names(functions.size());
  std::ranges::transform(functions, names.begin(), [](const PciAddress& f) { return to_string(f); });
  return names;
}

std::string name_all(const std::vector<PciAddress>& functions) {
  return core::enumerate(names_of(functions));
}

std::string describe_use(const Holder& holder) {
  if (holder.kind == HolderKind::mount) return "the file system on " + holder.use;
  if (holder.kind == HolderKind::swap) return "swap on " + holder.node;
  const bool is_default = holder.use == "default";
  return fmt::format("the {} through {}", is_default ? "default route" : "route to " + holder.use,
                     holder.node);
}

Evidence architecture_of(const Inventory& inventory) {
  const auto& kernel = inventory.kernel;
  if (kernel.architecture.empty()) return {"/proc/sys/kernel/arch, /proc/cpuinfo", "no architecture told"};
  return {kernel.told_by, kernel.architecture};
}

std::string describe_architecture(const Kernel& kernel) {
  return kernel.architecture.empty() ? "an architecture that is not known"
                                     : "architecture " + kernel.architecture;
}

bool contains(const Target& target, const PciAddress& function) {
  return std::ranges::find(target.functions, function) != target.functions.end();
}

std::vector<const Device*> devices_of(const Inventory& inventory, const Target& target) {
  std::vector<const Device*> devices;
  for (const auto& function : target.functions) {
    if (const auto* const device = inventory.find(function)) devices.push_back(device);
  }
  return devices;
}

bool is_vfio_driver(std::string_view driver) {
  return driver.find("vfio") != std::string_view::npos;
}

bool is_free_for_vfio(const Device& device) {
  return !device.driver || *device.driver == "pci-stub" || is_vfio_driver(*device.driver);
}

std::vector<Evidence> unread(const Inventory& inventory, const std::vector<std::string>& paths) {
  std::vector<Evidence> evidence;
  for (const auto& problem : inventory.problems) {
    const auto concerns = [&](const std::string& path) { return is_at_or_below(problem.path, path); };
    if (std::ranges::any_of(paths, concerns)) evidence.push_back({problem.path, problem.what});
  }
  return evidence;
}

}  // namespace gpupass::rules
