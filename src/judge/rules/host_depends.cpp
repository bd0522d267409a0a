// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/text.hpp"
#include "judge/facts.hpp"
#include "judge/findings.hpp"
#include "judge/rules.hpp"
#include "judge/viability.hpp"

namespace gpupass::rules {
namespace {

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

bool is_default_route(const Holder& use) {
  return use.kind == HolderKind::route && use.use == "default";
}

/// In few words: where a default route is lost, the other routes through the interface go unsaid.
std::vector<std::string> phrases_for(const std::vector<Holder>& uses) {
  const bool loses_default = std::ranges::any_of(uses, is_default_route);
  std::vector<std::string> phrases;
  for (const auto& use : uses) {
    const bool minor = use.kind == HolderKind::route && loses_default && !is_default_route(use);
    if (!minor) phrases.push_back(describe_use(use));
  }
  return phrases;
}

std::string command_that_ends(const Holder& use) {
  if (use.kind == HolderKind::mount) return "`umount " + use.use + "`";
  if (use.kind == HolderKind::swap) return "`swapoff " + use.node + "`";
  return "`ip link set " + use.node + " down`";
}

/// How the host stops using it; a root file system it cannot do without.
std::string remedy_for(const std::vector<Holder>& uses) {
  std::vector<std::string> commands;
  for (const auto& use : uses) {
    if (use.kind == HolderKind::mount && use.use == "/") {
      return "choose another device: the host runs from this one";
    }
    const auto command = command_that_ends(use);
    if (std::ranges::find(commands, command) == commands.end()) commands.push_back(command);
  }
  return "once the host can do without: " + core::enumerate(commands);
}

Finding needed(const Inventory& inventory, const Target& target, const PciAddress& device,
               const std::vector<Holder>& uses) {
  const bool vital = !vital_uses(inventory, target, device).empty();
  std::vector<Evidence> evidence;
  evidence.reserve(uses.size());
  for (const auto& use : uses) evidence.push_back(evidence_of(use));
  return blocks(
      vital ? Consent::impossible : Consent::may_be_given, device,
      fmt::format("the host needs {} for {}", to_string(device), core::enumerate(phrases_for(uses))),
      evidence, remedy_for(uses));
}

constexpr std::uint32_t k_storage = 0x01, k_network = 0x02, k_display = 0x03, k_multimedia = 0x04;

std::uint32_t kind_of(const Device& device) {
  return device.class_code >> 16U;
}

/// What could not be read and may hide a use of this device. Behind graphics and sound there is nothing.
std::vector<Evidence> unread_of(const Inventory& inventory, const Device& device) {
  switch (kind_of(device)) {
    case k_storage:
      return unread(inventory, {"/proc/self/mountinfo", "/proc/swaps"});
    case k_network:
      return unread(inventory, {"/proc/net/route", "/proc/net/ipv6_route"});
    case k_display:
    case k_multimedia:
      return {};
    default:
      return unread(inventory,
                    {"/proc/self/mountinfo", "/proc/swaps", "/proc/net/route", "/proc/net/ipv6_route"});
  }
}

/// Storage and network controllers are what a host hangs on: of those not even a maybe is passed over.
Finding unknown(const Device& device, const std::vector<Evidence>& problems) {
  const bool network = kind_of(device) == k_network;
  const auto what = "whether the host depends on " + describe(device) + " could not be found out";
  const auto remedy = fmt::format("{} as root show what the host uses",
                                  network ? "`ip route`" : "`findmnt`, `swapon` and `zpool status -P`");
  if (!network && kind_of(device) != k_storage) return unmeasured(device.address, what, problems, remedy);
  return blocks(Consent::may_be_given, device.address, what, problems, remedy + "; if not this, say --yes");
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
    const auto problems = unread_of(inventory, *device);
    if (!uses.empty()) {
      findings.push_back(needed(inventory, target, device->address, uses));
    } else if (!problems.empty()) {
      findings.push_back(unknown(*device, problems));
    } else {
      spare.push_back(device->address);
    }
  }
  append(findings,
         all_fine(spare, "carries no file system, swap or route of the host",
                  "carry no file system, swap or route of the host",
                  {{"/proc/self/mountinfo", "none"}, {"/proc/swaps", "none"}, {"/proc/net/route", "none"}}));
  return findings;
}

}  // namespace gpupass::rules
