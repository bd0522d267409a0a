// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/viability.hpp"
#include "gpupass/vfio.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

/// Its virtual functions that a guest has or is about to have.
std::vector<PciAddress> on_vfio(const Inventory& inventory, const Sriov& sriov) {
  std::vector<PciAddress> used;
  for (const auto& function : sriov.virtual_functions) {
    const auto* const device = inventory.find(function);
    if (device != nullptr && device->driver && is_vfio_driver(*device->driver)) used.push_back(function);
  }
  return used;
}

bool is_unused(const Inventory& inventory, const PciAddress& function) {
  return std::ranges::none_of(inventory.holders,
                              [&](const Holder& holder) { return holder.device == function; });
}

/// Nothing that takes away what is asked for: virtual functions end with their number.
std::string remedy_for(const Inventory& inventory, const Target& target, const Device& device,
                       const std::vector<PciAddress>& used) {
  const auto wanted = std::ranges::find_if(device.sriov->virtual_functions,
                                           [&](const PciAddress& one) { return contains(target, one); });
  if (wanted != device.sriov->virtual_functions.end()) {
    return fmt::format("leave {} out: {} belongs to it and exists only while it stays with the host",
                       to_string(device.address), to_string(*wanted));
  }
  const auto free = std::ranges::find_if(device.sriov->virtual_functions, [&](const PciAddress& one) {
    return std::ranges::find(used, one) == used.end() && is_unused(inventory, one) &&
           refusals(inventory, {{one}}).empty();
  });
  return fmt::format("{}to pass it whole, {}`echo 0 > {}` ends its virtual functions",
                     free == device.sriov->virtual_functions.end()
                         ? ""
                         : fmt::format("name a virtual function to pass that ({}); ", to_string(*free)),
                     used.empty() ? "" : "take them out of their guests, then ",
                     sysfs::pci_device(device.address, "sriov_numvfs"));
}

/// Neither the kernel nor libvirt refuses this: vfio-pci then does not bind, the device is left
/// without a driver, and its virtual functions can no longer be removed.
Finding has_virtual_functions(const Inventory& inventory, const Target& target, const Device& device) {
  const auto& sriov = *device.sriov;
  const auto number_path = sysfs::pci_device(device.address, "sriov_numvfs");
  const auto used = on_vfio(inventory, sriov);
  std::vector<Evidence> evidence{{number_path, std::to_string(sriov.enabled)}};
  if (!used.empty()) evidence.push_back({sysfs::pci_driver("vfio-pci"), names(used)});
  return blocks(
      Consent::impossible, device.address,
      fmt::format("{} has {} virtual function{} enabled, and vfio-pci does not bind to a device that has any",
                  to_string(device.address), sriov.enabled, sriov.enabled == 1 ? "" : "s"),
      evidence, remedy_for(inventory, target, device, used));
}

/// A virtual function of NVIDIA's: its driver on the host serves the guest that has it.
bool is_vgpu(const Device& device) {
  return device.sriov->physical_function && device.vendor == k_nvidia && device.is_gpu() &&
         device.driver == "nvidia";
}

Finding vgpu(const Device& device) {
  const auto type = sysfs::pci_device(device.address, "nvidia/current_vgpu_type");
  return blocks(
      Consent::may_be_given, device.address,
      fmt::format("{} is a vGPU of {}: it works in a guest only while it stays on nvidia, and gpupass "
                  "would bind it to vfio-pci",
                  to_string(device.address), to_string(*device.sriov->physical_function)),
      {{sysfs::pci_device(device.address, "driver"), "nvidia"}},
      fmt::format("write a vGPU type to {}, and give it to the guest with managed='no' (`virsh edit`)",
                  type));
}

}  // namespace

std::vector<Finding> sriov(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  for (const auto* const device : devices_of(inventory, target)) {
    if (!device->sriov) continue;
    const auto name = to_string(device->address);
    if (is_vgpu(*device)) {
      findings.push_back(vgpu(*device));
    } else if (const auto& physical = device->sriov->physical_function) {
      findings.push_back(fine(device->address,
                              fmt::format("{} is a virtual function of {}", name, to_string(*physical)),
                              {{sysfs::pci_device(device->address, "physfn"), to_string(*physical)}}));
    } else if (device->sriov->enabled > 0) {
      findings.push_back(has_virtual_functions(inventory, target, *device));
    } else {
      findings.push_back(fine(device->address, name + " has no virtual functions enabled",
                              {{sysfs::pci_device(device->address, "sriov_numvfs"), "0"}}));
    }
  }
  return findings;
}

}  // namespace gpupass::judge
