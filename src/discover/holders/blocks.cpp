// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "discover/holders/pools.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

/// Of a block device that has no hardware of its own: "/sys/devices/virtual/block/dm-0".
std::string virtual_block(std::string_view name) {
  return sysfs::at(sysfs::k_virtual_devices, "block") + "/" + std::string(name);
}

std::string last_of(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

/// sysfs writes the / of a name as !: "cciss!c0d0" is /dev/cciss/c0d0.
std::string node_of(const std::string& name) {
  auto node = "/dev/" + core::printable(name);
  std::ranges::replace(node, '!', '/');
  return node;
}

/// Device-mapper users begin the identifiers of theirs with a word: "LVM-…", "CRYPT-LUKS2-…", "mpath-…".
/// Where it cannot be read the name tells, by the habits of installers ("luks-…", "sda3_crypt") and of LVM
/// (group-volume).
std::string mapper_of(std::string_view uuid, std::string_view name) {
  if (uuid.starts_with("LVM-")) return "lvm";
  if (uuid.starts_with("CRYPT-")) return "crypt";
  if (uuid.starts_with("mpath-")) return "mpath";
  if (!uuid.empty()) return "dm";
  if (name.starts_with("luks-") || name.ends_with("_crypt")) return "crypt";
  return name.find('-') != name.npos ? "lvm" : "dm";
}

struct Driver {
  std::string_view begins;
  const char* layer;
};
constexpr std::array k_drivers = {Driver{"md", "md"}, Driver{"bcache", "bcache"}, Driver{"loop", "loop"},
                                  Driver{"drbd", "drbd"}, Driver{"zd", "zfs"}};

}  // namespace

Blocks::Blocks(const Host& host, const Paths& paths, const Mounts& mounts, const Servers& servers,
               Problems& problems)
    : host_(host), paths_(paths), remote_(host, paths, servers, problems) {
  for (const auto& name : list(sysfs::of_class("block"))) read(name, sysfs::of_class("block", name));
  for (const auto& number : list(sysfs::k_block_numbers)) {  // a capture may have a disk by its number alone
    const auto link = sysfs::at(sysfs::k_block_numbers, number);
    const auto name = host.link_name(link);
    if (name && !blocks_.contains(*name)) read(*name, link);
  }
  for (auto& [name, block] : blocks_) {
    if (!block.label.empty()) mapped_.emplace(block.label, name);
  }
  read_pools(problems);
  std::vector<std::string> names;
  for (const auto& [name, block] : blocks_) names.push_back(name);
  for (const auto& name : names) join(name);  // which may add to them
  for (const auto& mount : mounts.once()) {
    if (blocks_.contains(mount.source)) continue;
    if (auto remote = remote_of(mount, host, servers, problems))
      blocks_[mount.source].remote = *std::move(remote);
  }
  // A loop device is on the disks of the file system that has its file.
  for (auto& [name, block] : blocks_) {
    if (block.layer != "loop") continue;
    const auto file = host.attribute(block.path + "/loop/backing_file");
    if (!file || file->empty()) continue;
    const auto* const mount = mounts.holding(*file);
    if (const auto node = named(*file)) {
      block.lowers.insert(*node);
    } else if (const auto disks = mount != nullptr ? of(*mount) : std::nullopt) {
      block.lowers.insert(disks->begin(), disks->end());
      block.on_file = true;
    }
  }
}

std::vector<std::string> Blocks::list(const std::string& path) const {
  return host_.list(path).value_or(std::vector<std::string>{});
}

void Blocks::read(const std::string& name, const std::string& link) {
  const auto path = host_.resolve(link);
  if (!path) return;
  auto& block = blocks_[name];
  block.path = *path;
  if (path->starts_with(virtual_block(""))) read_layer(name, block);
}

void Blocks::read_layer(const std::string& name, Block& block) const {
  const auto text = [&](const char* attribute) {
    return core::printable(core::trim(host_.attribute(block.path + attribute).value_or("")));
  };
  if (name.starts_with("dm-")) {
    const auto mapped = text("/dm/name");
    block.layer = mapper_of(text("/dm/uuid"), mapped);
    block.label = mapped.empty() ? node_of(name) : "/dev/mapper/" + mapped;
    return;
  }
  const auto driver =
      std::ranges::find_if(k_drivers, [&](const Driver& known) { return name.starts_with(known.begins); });
  // A partition of an array is no layer more.
  const bool whole = block.path == virtual_block(name);
  if (driver == k_drivers.end() || !whole) return;
  block.layer = driver->layer;
  block.label = node_of(name);
}

/// The links between a layer and what it is on: `slaves` of the upper, `holders` of the lower.
void Blocks::join(const std::string& name) {
  const auto found = blocks_.find(name);
  if (found == blocks_.end()) return;
  auto& block = found->second;
  for (const auto& slave : list(block.path + "/slaves")) block.lowers.insert(slave);
  for (const auto& upper : list(block.path + "/holders")) {
    auto& above = blocks_[upper];
    if (above.path.empty()) {
      const auto path = host_.resolve(block.path + "/holders/" + upper);
      above.path = path.value_or(virtual_block(upper));
      read_layer(upper, above);
      mapped_.emplace(above.label, upper);
    }
    above.lowers.insert(name);
  }
  const auto whole = last_of(block.path.substr(0, block.path.rfind('/')));
  if (blocks_.contains(whole)) block.lowers.insert(whole);  // a partition
  if (block.layer == "zfs") {
    for (const auto& [pool, members] : pools_) block.lowers.insert(members.begin(), members.end());
  }
  if (name.starts_with("zram")) {
    const auto backing = host_.attribute(block.path + "/backing_dev").value_or("none");
    if (const auto lower = named(backing)) block.lowers.insert(*lower);
  }
}

void Blocks::read_pools(Problems& problems) {
  for (const auto& pool : imported_pools(host_)) pools_[pool];
  if (pools_.empty()) return;
  for (auto& [pool, nodes] : pool_members(host_, pools_)) {
    for (const auto& node : nodes) {
      const auto name = node.find(':') != node.npos ? numbered(node) : named(node);
      if (name) pools_[pool].insert(*name);
    }
  }
  for (const auto& [pool, members] : pools_) {
    if (members.empty())
      note(problems, "/proc/spl/kstat/zfs/" + pool, "the disks of the ZFS pool " + pool + " cannot be found");
  }
}

std::optional<std::string> Blocks::named(const std::string& node) const {
  if (!node.starts_with("/dev/")) return std::nullopt;
  if (const auto mapped = mapped_.find(node); mapped != mapped_.end()) return mapped->second;
  const auto real = host_.resolve(node).value_or(node);
  auto name = real.starts_with("/dev/") ? real.substr(5) : last_of(real);
  std::ranges::replace(name, '/', '!');
  if (blocks_.contains(name)) return name;
  return std::nullopt;
}

std::optional<std::string> Blocks::numbered(const std::string& number) const {
  const auto path = host_.resolve(sysfs::at(sysfs::k_block_numbers, number));
  const auto name = path ? last_of(*path) : "";
  if (path && blocks_.contains(name)) return name;
  return std::nullopt;
}

std::optional<std::vector<std::string>> Blocks::of(const Mount& mount) const {
  std::set<std::string> disks;
  const auto over_network = blocks_.find(mount.source);
  if (over_network != blocks_.end() && over_network->second.remote) return std::vector{mount.source};
  const bool on_one = !mount.device.starts_with("0:");
  if (const auto disk = on_one ? numbered(mount.device) : std::nullopt) disks.insert(*disk);
  for (const auto& source : mount.sources) {
    const auto disk = named(source);
    if (disk && (!on_one || &source != &mount.sources.front())) disks.insert(*disk);
  }
  // All disks of the btrfs that one of them is of.
  for (const auto& id : mount.type == "btrfs" ? list(sysfs::k_btrfs) : std::vector<std::string>{}) {
    const auto of_it = list(sysfs::at(sysfs::k_btrfs, id, "devices"));
    const auto is_ours = [&](const std::string& disk) { return disks.contains(disk); };
    if (std::ranges::any_of(of_it, is_ours)) disks.insert(of_it.begin(), of_it.end());
  }
  if (mount.type == "zfs" && !mount.sources.empty()) {
    const auto& dataset = mount.sources.front();
    const auto pool = pools_.find(dataset.substr(0, dataset.find('/')));
    if (pool != pools_.end()) disks.insert(pool->second.begin(), pool->second.end());
  }
  constexpr std::array k_on_disks = {"btrfs", "bcachefs", "zfs"};
  const bool must_be = on_one || std::ranges::find(k_on_disks, mount.type) != k_on_disks.end();
  if (disks.empty() && must_be) return std::nullopt;
  return std::vector<std::string>(disks.begin(), disks.end());
}

/// A disk that several NVMe controllers may reach lies in a subsystem, beside links to them:
/// /sys/devices/virtual/nvme-subsystem/nvme-subsys0/{nvme0n1,nvme0,nvme1}. Their paths.
std::vector<std::string> Blocks::controllers_of(const std::string& path) const {
  const auto subsystems = sysfs::at(sysfs::k_virtual_devices, "nvme-subsystem") + "/";
  if (!path.starts_with(subsystems)) return {};
  const auto subsystem = path.substr(0, path.find('/', subsystems.size()));
  std::vector<std::string> controllers;
  for (const auto& name : list(subsystem)) {
    auto controller = host_.resolve(fmt::format("{}/{}", subsystem, name));
    if (controller && !controller->starts_with(subsystem)) controllers.push_back(*std::move(controller));
  }
  return controllers;
}

void Blocks::descend(const std::string& name, int depth, std::set<std::string>& seen,
                     std::vector<Place>& places) const {
  const auto found = blocks_.find(name);
  if (found == blocks_.end() || !seen.insert(name).second) return;
  const auto& block = found->second;
  const auto hold = [&](const std::string& path) {
    const auto* const remote = remote_.at(path);
    const auto functions = remote != nullptr ? remote->functions : paths_.functions_of(path);
    for (const auto& function : functions)
      places.push_back({function, node_of(name), depth, remote != nullptr ? remote->what : ""});
    return !functions.empty();
  };
  if (block.remote) {
    for (const auto& function : block.remote->functions)
      places.push_back({function, name, depth, block.remote->what});
    return;
  }
  if (hold(block.path)) return;
  bool shared = false;
  for (const auto& controller : controllers_of(block.path)) shared |= hold(controller);
  if (shared) return;
  for (const auto& lower : block.lowers) {
    const bool partition = block.path.ends_with("/" + lower + "/" + name);
    const int layers = partition ? 0 : (block.on_file ? 2 : 1);
    descend(lower, depth + layers, seen, places);
  }
}

std::vector<Blocks::Place> Blocks::below(const std::string& name) const {
  std::set<std::string> seen;  // a hostile tree may lie on itself
  std::vector<Place> places;
  descend(name, 0, seen, places);
  return places;
}

}  // namespace gpupass::discover
