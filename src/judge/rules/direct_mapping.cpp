// SPDX-License-Identifier: GPL-2.0-or-later
// Intel's RMRRs, AMD's IVMDs and arm64's RMRs all come here, as lines "direct" of a group's reserved_regions.
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

/// drivers/iommu/iommu.c since 6.6, for every maker.
constexpr const char* k_refusal =
    "Firmware has requested this device have a 1:1 IOMMU mapping, rejecting configuring the device without a "
    "1:1 mapping. Contact your platform vendor.";
/// drivers/iommu/intel/iommu.c before that.
constexpr const char* k_older_refusal =
    "Device is ineligible for IOMMU domain attach due to platform RMRR requirement.  Contact your platform "
    "vendor.";

std::string group_path(int group, std::string_view file) {
  return sysfs::iommu_group(group, file);
}

/// What the kernel does when vfio asks for such a device.
std::string what_the_kernel_does(const Inventory& inventory) {
  if (!is_kernel_older_than(inventory.kernel, 6, 6))
    return fmt::format("the kernel refuses: \"{}\"", k_refusal);
  if (inventory.iommu.kind == IommuKind::intel_vtd)
    return fmt::format("the kernel refuses: \"{}\"", k_older_refusal);
  return fmt::format(
      "this kernel ({}) would not refuse it, but drop that mapping; kernels from 6.6 on say \"{}\"",
      inventory.kernel.release, k_refusal);
}

bool is_of_hpe(const Inventory& inventory) {
  return std::ranges::any_of(inventory.devices, [](const Device& device) {
    const auto hpe = [](std::uint16_t vendor) { return vendor == 0x103c || vendor == 0x1590; };
    return hpe(device.vendor) || hpe(device.subsystem_vendor);
  });
}

std::string remedy_for(const Inventory& inventory, const Device& device) {
  std::vector<std::string> ways{"update the machine's firmware"};
  if (!inventory.kernel.is_arm64())
    ways.emplace_back("switch \"Pre-boot DMA Protection\" off in its set-up, where it has that");
  if (is_of_hpe(inventory))
    ways.emplace_back(
        "on an HPE ProLiant exclude the slot's endpoints from shared memory (RMRR) with HPE's conrep, or "
        "switch \"HP Shared Memory\" of the card off");
  // What has no bridge above is in no slot.
  if (!device.bridges.empty()) ways.emplace_back("if it is a card in a slot, try another slot");
  std::string text;
  for (const auto& way : ways) text += (text.empty() ? "" : "; ") + way;
  return text +
         ". Kernels patched with relax_intel_rmrr and ACPI tables overridden at boot only hide the demand: "
         "firmware then writes into the guest's memory, or the device stops";
}

std::string ranges_of(const std::vector<ReservedRegion>& regions) {
  std::vector<std::string> ranges;
  for (const auto& region : regions) ranges.push_back(fmt::format("{:#x}-{:#x}", region.start, region.end));
  return core::enumerate(ranges);
}

std::vector<Evidence> type_of(const IommuGroup& group) {
  if (group.type.empty()) return {};
  return {{group_path(group.number, "type"), group.type}};
}

Finding tied(const Inventory& inventory, const Device& device, const IommuGroup& group,
             const std::vector<ReservedRegion>& direct) {
  std::vector<Evidence> evidence;
  for (const auto& region : direct) {
    evidence.push_back({group_path(group.number, "reserved_regions"),
                        fmt::format("{:#018x} {:#018x} {}", region.start, region.end, region.type)});
  }
  append(evidence, type_of(group));
  // The kernel looks at the demand, not at the domain that the host's drivers run in.
  const std::string of_type =
      group.type == "identity" ? "; its type is identity, and no other type helps" : "";
  return blocks(
      Consent::impossible, device.address,
      fmt::format("firmware demands a 1:1 mapping of {} for IOMMU group {} ({}{}), and {}", ranges_of(direct),
                  group.number, to_string(device.address), of_type, what_the_kernel_does(inventory)),
      evidence, remedy_for(inventory, device));
}

/// The target's groups, each by its first function in the target.
struct GroupShare {
  const Device* device = nullptr;
  int number = 0;
};

std::string groups_text(const std::vector<GroupShare>& shares) {
  std::vector<std::string> numbers;
  for (const auto& share : shares) numbers.push_back(std::to_string(share.number));
  return (shares.size() == 1 ? "IOMMU group " : "IOMMU groups ") + core::enumerate(numbers);
}

/// One finding for all whose regions are not known.
std::vector<Finding> unknown(const Inventory& inventory, const std::vector<GroupShare>& shares) {
  if (shares.empty()) return {};
  std::vector<Evidence> evidence;
  for (const auto& share : shares) {
    const auto path = group_path(share.number, "reserved_regions");
    auto problems = unread(inventory, {path});
    if (problems.empty()) problems.push_back({path, "not there"});
    append(evidence, std::move(problems));
  }
  return {unmeasured(
      shares.front().device->address,
      fmt::format("whether firmware demands memory for {} is not known", groups_text(shares)), evidence,
      "look at that file on the machine itself: a line that ends with \"direct\" means that the "
      "kernel refuses the group")};
}

/// Why a region "direct" does no harm: only to groups that the kernel exempts.
std::string exempted(const Inventory& inventory, const std::vector<GroupShare>& shares) {
  const bool any = std::ranges::any_of(shares, [&](const GroupShare& share) {
    return !inventory.group(share.number)->direct_regions().empty();
  });
  return any ? fmt::format("; this kernel ({}) exempts graphics and USB from what firmware demands",
                           inventory.kernel.release)
             : "";
}

/// The default domain is what the host's drivers run in. vfio puts a domain of the guest's own in its place,
/// so identity (iommu=pt, iommu.passthrough=1, or the kernel's choice for this device) does no harm.
std::vector<Finding> all_free(const Inventory& inventory, const std::vector<GroupShare>& shares) {
  if (shares.empty()) return {};
  std::vector<Evidence> evidence;
  for (const auto& share : shares) {
    const auto& group = *inventory.group(share.number);
    std::vector<std::string> types;
    for (const auto& region : *group.reserved_regions) {
      if (std::ranges::find(types, region.type) == types.end()) types.push_back(region.type);
    }
    evidence.push_back(
        {group_path(share.number, "reserved_regions"), types.empty() ? "empty" : core::enumerate(types)});
    append(evidence, type_of(group));
  }
  return {fine(shares.front().device->address,
               "firmware ties no memory to " + groups_text(shares) + exempted(inventory, shares), evidence)};
}

std::vector<GroupShare> group_shares_of(const std::vector<const Device*>& devices) {
  std::vector<GroupShare> shares;
  for (const auto* const device : devices) {
    const auto number = device->iommu_group;
    if (number && std::ranges::find(shares, *number, &GroupShare::number) == shares.end())
      shares.push_back({device, *number});
  }
  return shares;
}

}  // namespace

std::vector<Finding> direct_mapping(const Inventory& inventory, const Target& target) {
  if (!inventory.iommu.enabled) return {};  // iommu-enabled has it
  std::vector<Finding> findings;
  std::vector<GroupShare> free, not_known;
  for (const auto& share : group_shares_of(devices_of(inventory, target))) {
    const auto* const group = inventory.group(share.number);
    if (group == nullptr || !group->reserved_regions) {
      not_known.push_back(share);
    } else if (const auto direct = demanded_regions(inventory, *group); !direct.empty()) {
      findings.push_back(tied(inventory, *share.device, *group, direct));
    } else {
      free.push_back(share);
    }
  }
  append(findings, unknown(inventory, not_known));
  append(findings, all_free(inventory, free));
  return findings;
}

}  // namespace gpupass::judge
