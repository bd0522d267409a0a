// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/viability.hpp"
#include "judge/findings.hpp"
#include "judge/users.hpp"

namespace gpupass::judge {
namespace {

bool is_use(const Holder& holder) {
  switch (holder.kind) {
    case HolderKind::mount:
    case HolderKind::swap:
    case HolderKind::layer:
    case HolderKind::target:
    case HolderKind::route:
    case HolderKind::network:
      return true;
    default:
      return false;
  }
}

Evidence evidence_of(const Holder& use) {
  switch (use.kind) {
    case HolderKind::mount:
      return {use.pid == 0 ? "/proc/self/mountinfo" : fmt::format("/proc/{}/mountinfo", use.pid),
              use.node + " on " + use.use};
    case HolderKind::swap:
      return {"/proc/swaps", use.use == use.node ? use.node : use.use + " on " + use.node};
    case HolderKind::layer:
      if (use.layer == "zfs") return {"/proc/spl/kstat/zfs/" + use.use, "on " + use.node};
      if (use.layer == "loop")
        return {sysfs::of_class("block", use.use.substr(use.use.rfind('/') + 1), "loop"), "on " + use.node};
      return {sysfs::of_class("block", use.node.substr(use.node.rfind('/') + 1), "holders"), use.use};
    case HolderKind::target:
      return {sysfs::at(use.layer == "lio" ? sysfs::k_lio : sysfs::k_nvme_targets, use.use), use.node};
    case HolderKind::network:
      return {sysfs::of_class("net"), use.node.empty() ? use.use : use.node + " in " + use.use};
    default:
      return {use.use.find(':') == std::string::npos ? "/proc/net/route" : "/proc/net/ipv6_route",
              use.use + " through " + use.node};
  }
}

/// Whoever is on top comes first: that is the order in which they can be ended.
std::vector<Holder> from_the_top(std::vector<Holder> uses) {
  std::ranges::stable_sort(uses, std::ranges::greater{}, &Holder::depth);
  return uses;
}

/// In few words: where a default route is lost, the other routes through the interface go unsaid, and so
/// do layers that carry what is named.
std::vector<std::string> phrases_for(const std::vector<Holder>& uses) {
  const bool loses_default = std::ranges::any_of(uses, is_default_route);
  const auto is_layer = [](const Holder& use) { return use.kind == HolderKind::layer; };
  const bool all_layers = std::ranges::all_of(uses, is_layer);
  const auto carries = [&](const Holder& layer) {
    return std::ranges::any_of(uses, [&](const Holder& use) {
      return use.depth > layer.depth && use.node == layer.node && (all_layers || !is_layer(use));
    });
  };
  std::vector<std::string> phrases;
  for (const auto& use : uses) {
    const bool minor = use.kind == HolderKind::route && loses_default && !is_default_route(use);
    if (minor || (is_layer(use) && carries(use))) continue;
    const auto phrase = describe_use(use);
    if (std::ranges::find(phrases, phrase) == phrases.end()) phrases.push_back(phrase);
  }
  constexpr std::size_t k_most = 6;
  if (phrases.size() > k_most + 1) {
    const auto rest = phrases.size() - k_most;
    phrases.resize(k_most);
    phrases.push_back(fmt::format("{} more", rest));
  }
  return phrases;
}

/// "vg" of the volume "/dev/mapper/my--vg-root": device-mapper doubles the dashes of a name.
std::string volume_group_of(std::string_view volume) {
  volume.remove_prefix(volume.rfind('/') + 1);
  std::string group;
  for (std::size_t i = 0; i < volume.size(); ++i) {
    const bool doubled = volume.substr(i).starts_with("--");
    if (volume[i] == '-' && !doubled) break;
    group += volume[i];
    if (doubled) ++i;
  }
  return group;
}

std::string command_that_ends_layer(const Holder& layer) {
  const auto name = layer.use.substr(layer.use.rfind('/') + 1);
  const auto& kind = layer.layer;
  if (kind == "lvm") return fmt::format("`vgchange -an {}`", volume_group_of(name));
  if (kind == "crypt") return fmt::format("`cryptsetup close {}`", name);
  if (kind == "mpath") return fmt::format("`multipath -f {}`", name);
  if (kind == "md") return fmt::format("`mdadm --stop {}`", layer.use);
  if (kind == "bcache") return fmt::format("`echo 1 > {}`", sysfs::disk(name, "bcache/stop"));
  if (kind == "loop") return fmt::format("`losetup -d {}`", layer.use);
  if (kind == "drbd") return "`drbdadm down RESOURCE` (`drbdadm status` names it)";
  if (kind == "zfs") return fmt::format("`zpool export {}`", layer.use);
  return fmt::format("`dmsetup remove {}`", name);
}

std::string command_that_ends_target(const Holder& target) {
  if (target.layer == "nvmet")
    return fmt::format("`echo 0 > {}`", sysfs::at(sysfs::k_nvme_targets, target.use, "enable"));
  return fmt::format("`targetcli` (delete the backstore {})", target.use);
}

/// An interface that is down stays a port of what it is a port of.
std::string command_that_frees_interface(const Holder& use) {
  constexpr std::array k_on_its_own = {"vlan", "macvlan", "macvtap", "ipvlan", "ipvtap", "vxlan", "macsec"};
  if (use.upper.empty()) return fmt::format("`ip link set {} down`", use.node);
  if (use.layer == "ovs") return fmt::format("`ovs-vsctl del-port {}`", use.node);
  if (std::ranges::find(k_on_its_own, use.layer) != k_on_its_own.end())
    return fmt::format("`ip link delete {}`", use.upper);
  return fmt::format("`ip link set {} nomaster`", use.node);
}

std::string command_that_ends_use(const Holder& use) {
  switch (use.kind) {
    case HolderKind::mount:
      if (use.pid == 0) return "`umount " + use.use + "`";
      return use.manager.empty() ? fmt::format("`nsenter -t {} -m umount {}`", use.pid, use.use)
                                 : command_that_ends(use);
    case HolderKind::swap:
      return "`swapoff " + use.use + "`";
    case HolderKind::layer:
      return command_that_ends_layer(use);
    case HolderKind::target:
      return command_that_ends_target(use);
    case HolderKind::network:
      if (use.pid != 0) return command_that_ends(use);
      if (use.node.empty()) return "`ip netns list` and `ip -n NAMESPACE link` show where its interface is";
      return command_that_frees_interface(use);
    default:
      return command_that_frees_interface(use);
  }
}

/// How the host stops using it, from the top down; a root file system it cannot do without.
std::string remedy_for_uses(const std::vector<Holder>& uses) {
  std::vector<std::string> commands;
  for (const auto& use : uses) {
    if (use.kind == HolderKind::mount && use.use == "/" && use.pid == 0) {
      return "choose another device: the host runs from this one";
    }
    const auto command = command_that_ends_use(use);
    if (std::ranges::find(commands, command) == commands.end()) commands.push_back(command);
  }
  const bool in_order = uses.front().depth > 1;
  return fmt::format("once the host can do without it: {}{}", core::enumerate(commands),
                     in_order && commands.size() > 1 ? ", in this order" : "");
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
      evidence, remedy_for_uses(uses));
}

std::vector<Evidence> unread_of_disks(const Inventory& inventory) {
  return unread(inventory, {"/proc/self/mountinfo", "/proc/*/mountinfo", "/proc/swaps", "/proc/spl/kstat/zfs",
                            sysfs::k_configfs});
}

std::vector<Evidence> unread_of_networks(const Inventory& inventory) {
  return unread(inventory, {"/proc/net/route", "/proc/net/ipv6_route"});
}

constexpr std::uint32_t k_storage = 0x01, k_network = 0x02, k_display = 0x03, k_multimedia = 0x04;

std::uint32_t kind_of(const Device& device) {
  return device.class_code >> 16U;
}

/// What could not be read and may hide a use of this device. Behind graphics and sound there is nothing.
std::vector<Evidence> unread_of(const Inventory& inventory, const Device& device) {
  switch (kind_of(device)) {
    case k_storage:
      return unread_of_disks(inventory);
    case k_network:
      return unread_of_networks(inventory);
    case k_display:
    case k_multimedia:
      return {};
    default: {
      auto problems = unread_of_disks(inventory);
      std::ranges::copy(unread_of_networks(inventory), std::back_inserter(problems));
      return problems;
    }
  }
}

/// Storage and network controllers are what a host hangs on: of those not even a maybe is passed over.
Finding unknown(const Device& device, const std::vector<Evidence>& problems) {
  const bool network = kind_of(device) == k_network;
  const auto what = "whether the host depends on " + describe(device) + " could not be found out";
  const auto remedy = fmt::format("{} as root show what the host uses",
                                  network ? "`ip route`" : "`findmnt`, `swapon` and `zpool status -P`");
  if (!network && kind_of(device) != k_storage) return unmeasured(device.address, what, problems, remedy);
  return blocks(Consent::may_be_given, device.address, what, problems,
                remedy + "; if that is not this device, add --yes");
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
      findings.push_back(needed(inventory, target, device->address, from_the_top(std::move(uses))));
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

}  // namespace gpupass::judge
