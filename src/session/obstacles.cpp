// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/obstacles.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/card.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/judge/viability.hpp"

namespace gpupass::session {

Functions strangers(const Inventory& inventory, const Functions& functions) {
  Functions found;
  for (const auto& function : functions) {
    const auto* const device = inventory.find(function);
    const auto* const group =
        device != nullptr && device->iommu_group ? inventory.group(*device->iommu_group) : nullptr;
    if (group == nullptr) continue;
    for (const auto* const other : judge::in_the_way(*group, Target{functions}, inventory)) {
      found.push_back(other->address);
    }
  }
  return in_order(std::move(found));
}

std::string companion_note(const Inventory& inventory, const Functions& functions) {
  std::vector<std::string> left;
  for (const auto& function : functions) {
    for (const auto& companion : card_of(inventory, function)) {
      const auto* const device = inventory.find(companion);
      if (device == nullptr || std::ranges::find(functions, companion) != functions.end() ||
          judge::is_free_for_vfio(*device))
        continue;
      auto text = fmt::format("{} on {}", to_string(companion), *device->driver);
      if (std::ranges::find(left, text) == left.end()) left.push_back(std::move(text));
    }
  }
  if (left.empty()) return "";
  return fmt::format("; of the same card {} {}", core::enumerate(left), left.size() == 1 ? "stays" : "stay");
}

std::string group_note(const Inventory& inventory, const Functions& functions) {
  const auto others = strangers(inventory, functions);
  if (others.empty()) return "";
  return fmt::format(
      "; {} of the same IOMMU group still on a host driver, so the group cannot go into a guest yet",
      names(others) + (others.size() == 1 ? " is" : " are"));
}

std::vector<Finding> obstacles_to_return(const Inventory& inventory, const Plan& plan,
                                         const Functions& functions) {
  auto findings = judge::obstacles(inventory, {functions}, Occasion::give_back);
  const bool writes = std::ranges::any_of(plan.steps, [](const Step& step) {
    return std::holds_alternative<SetDriverOverride>(step) || std::holds_alternative<Unbind>(step) ||
           std::holds_alternative<ProbeDriver>(step);
  });
  // What is so of the machine is of weight where its files are written.
  if (!writes) std::erase_if(findings, [](const Finding& finding) { return !finding.device; });
  return findings;
}

}  // namespace gpupass::session
