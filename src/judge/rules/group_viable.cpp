// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "judge/facts.hpp"
#include "judge/findings.hpp"
#include "judge/rules.hpp"
#include "judge/viability.hpp"

namespace gpupass::rules {
namespace {

/// The target's functions in one group, in the target's order.
struct Share {
  int group = 0;
  std::vector<PciAddress> functions;
};

std::vector<Share> shares_of(const std::vector<const Device*>& devices) {
  std::vector<Share> shares;
  for (const auto* const device : devices) {
    if (!device->iommu_group) continue;
    const auto known = std::ranges::find(shares, *device->iommu_group, &Share::group);
    auto& share = known != shares.end() ? *known : shares.emplace_back(Share{*device->iommu_group, {}});
    share.functions.push_back(device->address);
  }
  return shares;
}

std::string members_path(int group) {
  return fmt::format("/sys/kernel/iommu_groups/{}/devices", group);
}

Finding ungrouped(const Inventory& inventory, const Device& device) {
  const auto path = attribute_path(device.address, "iommu_group");
  if (const auto problems = unread(inventory, {path}); !problems.empty()) {
    return unmeasured(device.address,
                      "the IOMMU group of " + to_string(device.address) + " could not be read", problems,
                      "run `gpupass doctor` again as root");
  }
  return blocks(Consent::impossible, device.address,
                to_string(device.address) + " is in no IOMMU group: no IOMMU covers it", {{path, "none"}},
                "`journalctl -k -b -g 'DMAR|AMD-Vi'` shows what the IOMMU covers; try another slot");
}

/// A stranger that the host cannot spare cannot be taken along either.
Finding stranger(const Inventory& inventory, const Target& target, const Share& share, const Device& device) {
  const auto what = fmt::format("{} shares IOMMU group {} with {}", describe(device), share.group,
                                name_all(share.functions));
  const std::vector<Evidence> evidence{
      {members_path(share.group), to_string(device.address)},
      {attribute_path(device.address, "driver"), device.driver.value_or("none")}};
  const auto uses = vital_uses(inventory, target, device.address);
  if (uses.empty()) {
    return blocks(
        Consent::may_be_given, share.functions.front(), what, evidence,
        fmt::format("take it along with `--with {}` (the host loses it), or put the card into another slot",
                    to_string(device.address)));
  }
  std::vector<std::string> phrases;
  phrases.reserve(uses.size());
  for (const auto& use : uses) phrases.push_back(describe_use(use));
  return blocks(
      Consent::impossible, share.functions.front(), what, evidence,
      fmt::format("put the card into another slot: {} cannot be taken along, the host needs it for {}",
                  to_string(device.address), core::enumerate(phrases)));
}

Finding unknown(const Share& share, const std::string& member) {
  return unmeasured(share.functions.front(),
                    fmt::format("{} of IOMMU group {} could not be looked at", member, share.group),
                    {{members_path(share.group), member}}, "run `gpupass doctor` again as root");
}

/// One group of the target's: whatever keeps it from being passed through, or that nothing does.
std::vector<Finding> judge_share(const Inventory& inventory, const Target& target, const Share& share) {
  const auto* const group = inventory.group(share.group);
  if (group == nullptr) return {unknown(share, "the members")};
  std::vector<Finding> findings;
  for (const auto* const device : in_the_way(*group, target, inventory)) {
    findings.push_back(stranger(inventory, target, share, *device));
  }
  for (const auto& member : group->members) {
    if (inventory.find(member) == nullptr) findings.push_back(unknown(share, to_string(member)));
  }
  if (!findings.empty()) return findings;
  return {fine(share.functions.front(), fmt::format("IOMMU group {} can be passed through", share.group),
               {{members_path(share.group), name_all(group->members)}})};
}

}  // namespace

std::vector<Finding> group_viable(const Inventory& inventory, const Target& target) {
  if (!inventory.iommu.enabled) return {};  // iommu-enabled has it
  std::vector<Finding> findings;
  const auto devices = devices_of(inventory, target);
  for (const auto* const device : devices) {
    if (!device->iommu_group) findings.push_back(ungrouped(inventory, *device));
  }
  for (const auto& share : shares_of(devices)) {
    append(findings, judge_share(inventory, target, share));
  }
  return findings;
}

}  // namespace gpupass::rules
