// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/viability.hpp"

#include <algorithm>
#include <set>

#include "gpupass/card.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/judge/rules.hpp"

namespace gpupass::judge {
namespace {

/// Whoever uses a disk loses what it wrote.
bool is_vital_to_a_disk(const Holder& holder) {
  return holder.kind == HolderKind::mount || holder.kind == HolderKind::swap ||
         holder.kind == HolderKind::layer || holder.kind == HolderKind::target ||
         (holder.kind == HolderKind::process && holder.depth > 0);
}

/// True if the host still has a default route when the target and this device are gone.
bool another_way_out(const Inventory& inventory, const Target& target, const PciAddress& device) {
  return std::ranges::any_of(inventory.holders, [&](const Holder& holder) {
    return is_default_route(holder) && holder.device != device && !contains(target, holder.device);
  });
}

}  // namespace

std::vector<const Device*> in_the_way(const IommuGroup& group, const Target& target,
                                      const Inventory& inventory) {
  std::vector<const Device*> strangers;
  for (const auto& member : group.members) {
    const auto* const device = inventory.find(member);
    if (device == nullptr || contains(target, member) || is_free_for_vfio(*device)) continue;
    if (device->controller && contains(target, *device->controller)) continue;  // it is gone with that one
    if (!device->connects_buses()) strangers.push_back(device);
  }
  return strangers;
}

namespace {

/// Graphics and USB (drivers/iommu/intel-iommu.c, device_is_rmrr_locked).
bool uses_it_at_boot_only(const Device& device) {
  return device.class_code >> 16U == 0x03 || device.class_code >> 8U == 0x0c03;
}

}  // namespace

bool is_kernel_older_than(const Kernel& kernel, unsigned major, unsigned minor) {
  const auto numbers = core::split(kernel.release, '.');
  if (numbers.size() < 2) return false;
  const auto first = core::parse_number(numbers[0]);
  const auto second = core::parse_number(numbers[1].substr(0, numbers[1].find_first_not_of("0123456789")));
  return first && second && (*first < major || (*first == major && *second < minor));
}

std::vector<std::string> missing_kernel_words(const Inventory& inventory) {
  const auto& iommu = inventory.iommu;
  const bool missing =
      !iommu.enabled && iommu.table == "DMAR" && iommu.off == IommuOff::kernel_option_missing;
  return missing ? std::vector<std::string>{"intel_iommu=on"} : std::vector<std::string>{};
}

std::vector<ReservedRegion> demanded_regions(const Inventory& inventory, const IommuGroup& group) {
  // From 5.3 on the kernel calls these regions direct-relaxable.
  const bool exempts =
      inventory.iommu.kind == IommuKind::intel_vtd && is_kernel_older_than(inventory.kernel, 5, 3);
  const bool all_exempt = std::ranges::all_of(group.members, [&](const PciAddress& member) {
    const auto* const device = inventory.find(member);
    return device != nullptr && (device->connects_buses() || uses_it_at_boot_only(*device));
  });
  return exempts && all_exempt ? std::vector<ReservedRegion>{} : group.direct_regions();
}

std::vector<Holder> vital_uses(const Inventory& inventory, const Target& target, const PciAddress& device) {
  std::vector<Holder> uses;
  for (const auto& holder : inventory.holders) {
    if (holder.device != device) continue;
    const bool vital = is_vital_to_a_disk(holder) ||
                       (is_default_route(holder) && !another_way_out(inventory, target, device));
    if (vital) uses.push_back(holder);
  }
  return uses;
}

std::vector<PciAddress> others_on_bus(const Inventory& inventory, const Target& target,
                                      const Device& device) {
  std::vector<PciAddress> others;
  if (device.bridges.empty()) return others;
  for (const auto& other : inventory.devices) {
    const bool below = std::ranges::find(other.bridges, device.bridges.front()) != other.bridges.end();
    if (below && !other.connects_buses() && !contains(target, other.address)) others.push_back(other.address);
  }
  return others;
}

Target with_groups(const Inventory& inventory, Target target, const std::vector<PciAddress>& others) {
  target.functions.insert(target.functions.end(), others.begin(), others.end());
  // The target grows while it is walked over: what comes along may be of another group.
  for (std::size_t i = 0; i < target.functions.size(); ++i) {
    const auto* const device = inventory.find(target.functions[i]);
    const auto* const group =
        device != nullptr && device->iommu_group ? inventory.group(*device->iommu_group) : nullptr;
    if (group == nullptr) continue;
    for (const auto* const stranger : in_the_way(*group, target, inventory))
      target.functions.push_back(stranger->address);
  }
  return target;
}

std::vector<Finding> refusals(const Inventory& inventory, const Target& target, Occasion occasion) {
  auto findings = all_findings(inventory, target, occasion);
  std::erase_if(findings, [](const Finding& finding) { return !is_refusal(finding); });
  return findings;
}

Target without_companions(const Inventory& inventory, const Target& target) {
  std::set<PciAddress> companions;
  for (const auto* const graphics : devices_of(inventory, target)) {
    if (!graphics->is_gpu()) continue;
    for (const auto& function : card_of(inventory, graphics->address)) {
      // Of several graphics functions of a card the first is the card.
      if (function > graphics->address || !inventory.find(function)->is_gpu()) companions.insert(function);
    }
  }
  auto left = target;
  std::erase_if(left.functions, [&](const PciAddress& function) { return companions.contains(function); });
  return left;
}

std::string with_words(const Target& whole, const Target& target) {
  std::string words;
  for (const auto& function : whole.functions) {
    if (contains(target, function)) continue;
    words += (words.empty() ? "--with " : " --with ") + to_string(function);
  }
  return words;
}

bool may_be_moved(const Inventory& inventory, const Device& device) {
  constexpr std::uint16_t k_amd = 0x1022;  // no card has it: graphics have 1002
  return !device.bridges.empty() && device.vendor != k_amd && !is_processor_graphics(inventory, device);
}

}  // namespace gpupass::judge
