// SPDX-License-Identifier: GPL-2.0-or-later
// ZFS pools. The kernel module names the pools that are imported, not their disks: those are found in udev's
// notes (what blkid read off each disk) and in the cache that the pools are imported from at boot.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gpupass/host.hpp"

namespace gpupass::discover {

[[nodiscard]] std::vector<std::string> imported_pools(const Host& host);

/// Of these pools the disks and partitions, as nodes ("/dev/disk/by-id/…-part1") or numbers ("8:1").
[[nodiscard]] std::map<std::string, std::vector<std::string>> pool_members(
    const Host& host, const std::map<std::string, std::set<std::string>>& pools);

/// The pools and nodes of /etc/zfs/zpool.cache: a list of names and values in XDR (RFC 4506), as
/// libnvpair writes it. Nothing for what is none.
[[nodiscard]] std::map<std::string, std::vector<std::string>> parse_pool_cache(std::string_view bytes);

}  // namespace gpupass::discover
