// SPDX-License-Identifier: GPL-2.0-or-later
// A disk is held by what is mounted from it or swaps to it, and by the storage layers on it.
#include <fmt/format.h>

#include "discover/holders/holders.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

void read_mounted(const Host& host, const Blocks& blocks, const Mounts& mounts, Holders& holders,
                  Problems& problems) {
  for (const auto& mount : mounts.once()) {
    const auto disks = blocks.of(mount);
    if (!disks) {
      note(problems, "/proc/self/mountinfo",
           fmt::format("the disks below {} ({} {}) cannot be found", mount.point, mount.type,
                       mount.sources.empty() ? "" : mount.sources.front()));
      continue;
    }
    for (const auto& disk : *disks) {
      for (const auto& place : blocks.below(disk)) {
        Holder holder{place.function, HolderKind::mount, place.node, mount.point, 0, ""};
        if (mount.elsewhere != nullptr) identify(host, mount.elsewhere->pid, holder);
        holder.depth = place.depth + 1;
        holder.remote = place.remote;
        holders.push_back(std::move(holder));
      }
    }
  }
}

/// The block devices that a swap device is, or that a swap file's file system is on.
std::vector<std::string> disks_of(const std::string& swap, const Blocks& blocks, const Mounts& mounts) {
  if (const auto disk = blocks.named(swap)) return {*disk};
  const auto* const mount = mounts.holding(swap);
  const auto disks = mount != nullptr ? blocks.of(*mount) : std::nullopt;
  return disks.value_or(std::vector<std::string>{});
}

/// A line of /proc/swaps behind the heading: "/dev/nvme0n1p3 partition 999420 0 -2", "/swapfile file …".
void read_swaps(const Host& host, const Blocks& blocks, const Mounts& mounts, Holders& holders,
                Problems& problems) {
  constexpr const char* k_swaps = "/proc/swaps";
  auto read = host.read(k_swaps);
  if (!read && read.error().kind == ErrorKind::not_found) return;  // a kernel without swap
  const auto text = text_or_note(problems, k_swaps, std::move(read));
  for (const auto line : core::split(text, '\n')) {
    const auto fields = core::words(line);
    if (fields.size() < 2 || (fields[1] != "partition" && fields[1] != "file")) continue;
    const auto swap = unescape(fields[0]);
    const auto disks = disks_of(swap, blocks, mounts);
    if (disks.empty()) note(problems, k_swaps, "the disk of " + excerpt(fields[0]) + " cannot be found");
    for (const auto& disk : disks) {
      for (const auto& place : blocks.below(disk)) {
        // A file is on a mounted file system, which is the layer between.
        const int depth = place.depth + (fields[1] == "file" ? 2 : 1);
        holders.push_back({place.function, HolderKind::swap, place.node, swap, 0, "", "", depth});
        holders.back().remote = place.remote;
      }
    }
  }
}

}  // namespace

void read_disks(const Host& host, const Blocks& blocks, const Mounts& mounts, Holders& holders,
                Problems& problems) {
  read_mounted(host, blocks, mounts, holders, problems);
  read_swaps(host, blocks, mounts, holders, problems);
}

void read_layers(const Blocks& blocks, Holders& holders) {
  for (const auto& [name, block] : blocks.all()) {
    if (block.layer.empty() || block.layer == "zfs") continue;  // a volume of a pool: the pool has the disk
    for (const auto& place : blocks.below(name)) {
      holders.push_back(
          {place.function, HolderKind::layer, place.node, block.label, 0, "", block.layer, place.depth});
      holders.back().remote = place.remote;
    }
  }
  for (const auto& [pool, members] : blocks.pools()) {
    for (const auto& member : members) {
      for (const auto& place : blocks.below(member)) {
        holders.push_back(
            {place.function, HolderKind::layer, place.node, pool, 0, "", "zfs", place.depth + 1});
        holders.back().remote = place.remote;
      }
    }
  }
}

}  // namespace gpupass::discover
