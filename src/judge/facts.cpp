// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::judge {
namespace {

bool is_at_or_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

std::string describe(const Device& device) {
  const auto kind =
      device.class_name.empty() ? fmt::format("class {:06x}", device.class_code) : device.class_name;
  return fmt::format("{} ({}, {})", to_string(device.address), kind,
                     device.driver ? "driver " + *device.driver : "no driver");
}

namespace {

std::string describe_layer(const Holder& layer) {
  const auto& kind = layer.layer;
  if (kind == "lvm") return "the LVM volume " + layer.use;
  if (kind == "crypt") return "the encrypted volume " + layer.use;
  if (kind == "mpath") return "the multipath device " + layer.use;
  if (kind == "md") return "the RAID array " + layer.use;
  if (kind == "loop") return "the loop device " + layer.use;
  if (kind == "zfs") return "the ZFS pool " + layer.use;
  return "the device " + layer.use;  // of bcache, DRBD or device-mapper: its name tells
}

std::string describe_itself(const Holder& holder) {
  switch (holder.kind) {
    case HolderKind::mount:
      if (holder.pid == 0) return "the file system on " + holder.use;
      return fmt::format("the file system on {} of {} (pid {})", holder.use, holder.process, holder.pid);
    case HolderKind::swap:
      return "swap on " + holder.use;
    case HolderKind::layer:
      return describe_layer(holder);
    case HolderKind::target:
      return fmt::format("the {} target {}", holder.layer == "lio" ? "LIO" : "NVMe", holder.use);
    case HolderKind::process:
      return fmt::format("{} (pid {}), which has {} open", holder.process, holder.pid, holder.node);
    case HolderKind::network:
      if (holder.node.empty()) return holder.use;
      if (holder.pid == 0) return fmt::format("{} through {}", holder.use, holder.node);
      return fmt::format("{} in the network namespace of {} (pid {})", holder.node, holder.process,
                         holder.pid);
    default:
      break;
  }
  const bool is_default = holder.use == "default";
  return fmt::format("the {} through {}", is_default ? "default route" : "route to " + holder.use,
                     holder.node);
}

}  // namespace

std::string describe_use(const Holder& holder) {
  auto use = describe_itself(holder);
  if (!holder.remote.empty()) use += fmt::format(" (over {})", holder.remote);
  return holder.child.empty() ? use : fmt::format("{} (of its virtual function {})", use, holder.child);
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

bool is_default_route(const Holder& holder) {
  return holder.kind == HolderKind::route && holder.use == "default";
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

}  // namespace gpupass::judge
