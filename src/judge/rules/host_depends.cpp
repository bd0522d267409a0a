// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "core/text.hpp"
#include "judge/facts.hpp"
#include "judge/findings.hpp"
#include "judge/rules.hpp"
#include "judge/viability.hpp"

namespace gpupass::rules {
namespace {

const std::vector<std::string> k_read = {"/proc/self/mountinfo", "/proc/swaps",      "/proc/net/route",
                                         "/proc/net/ipv6_route", "/sys/class/block", "/sys/class/net"};

bool is_use(const Holder& holder) {
  return holder.kind == HolderKind::mount || holder.kind == HolderKind::swap ||
         holder.kind == HolderKind::route;
}

Evidence evidence_of(const Holder& use) {
  if (use.kind == HolderKind::mount) return {"/proc/self/mountinfo", use.node + " on " + use.use};
  if (use.kind == HolderKind::swap) return {"/proc/swaps", use.node};
  return {use.use.find(':') == std::string::npos ? "/proc/net/route" : "/proc/net/ipv6_route",
          use.use + " through " + use.node};
}

/// How the host stops using it; a root file system it cannot do without.
std::string remedy_for(const std::vector<Holder>& uses) {
  std::vector<std::string> commands;
  for (const auto& use : uses) {
    if (use.kind == HolderKind::mount && use.use == "/") {
      return "choose another device: the host runs from this one";
    }
    if (use.kind == HolderKind::mount) commands.push_back("`umount " + use.use + "`");
    if (use.kind == HolderKind::swap) commands.push_back("`swapoff " + use.node + "`");
    if (use.kind == HolderKind::route) {
      commands.push_back(fmt::format("`ip route del {} dev {}`", use.use, use.node));
    }
  }
  return "if the host can do without: " + core::enumerate(commands);
}

Finding needed(const Inventory& inventory, const Target& target, const PciAddress& device,
               const std::vector<Holder>& uses) {
  const bool vital = !vital_uses(inventory, target, device).empty();
  std::vector<std::string> phrases;
  std::vector<Evidence> evidence;
  for (const auto& use : uses) {
    phrases.push_back(describe_use(use));
    evidence.push_back(evidence_of(use));
  }
  return blocks(vital ? Consent::impossible : Consent::may_be_given, device,
                fmt::format("the host needs {} for {}", to_string(device), core::enumerate(phrases)),
                evidence, remedy_for(uses));
}

}  // namespace

std::vector<Finding> host_depends(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  std::vector<PciAddress> spare;
  for (const auto* const device : devices_of(inventory, target)) {
    std::vector<Holder> uses;
    for (const auto& holder : inventory.holders) {
      if (holder.device == device->address && is_use(holder)) uses.push_back(holder);
    }
    if (uses.empty()) spare.push_back(device->address);
    if (!uses.empty()) findings.push_back(needed(inventory, target, device->address, uses));
  }
  if (spare.empty()) return findings;
  if (const auto problems = unread(inventory, k_read); !problems.empty()) {
    findings.push_back(unmeasured(
        spare.front(), "whether the host depends on " + name_all(spare) + " could not be found out", problems,
        "run `gpupass doctor` again as root"));
    return findings;
  }
  append(findings,
         all_fine(spare, "carries no file system, swap or route of the host",
                  "carry no file system, swap or route of the host",
                  {{"/proc/self/mountinfo", "none"}, {"/proc/swaps", "none"}, {"/proc/net/route", "none"}}));
  return findings;
}

}  // namespace gpupass::rules
