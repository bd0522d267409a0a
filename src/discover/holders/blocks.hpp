// SPDX-License-Identifier: GPL-2.0-or-later
// The block devices of the machine, and what each is on: partitions, device-mapper (LVM, encryption,
// multipath), RAID, bcache, loop devices on files, the several controllers of an NVMe disk. A file system
// that comes over the network counts as one, by the name of what is mounted.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "discover/holders/mounts.hpp"
#include "discover/holders/paths.hpp"
#include "discover/holders/remotes.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

struct Block {
  std::string path;              // in sysfs, resolved
  std::set<std::string> lowers;  // names of those it lies on
  bool on_file = false;          // it lies on a file of theirs, so on a file system between
  std::string layer;             // as in Holder; empty: a disk or a partition
  std::string label;             // as a person names it: "/dev/mapper/luks-backup", "/dev/md127"
  std::optional<Remote> remote = std::nullopt;  // a file system that comes over the network
};

class Blocks {
 public:
  Blocks(const Host& host, const Paths& paths, const Mounts& mounts, const Servers& servers,
         Problems& problems);

  /// A disk below, by one of the functions that it hangs on.
  struct Place {
    PciAddress function;
    std::string node;         // "/dev/nvme0n1p2"
    int depth = 0;            // layers between
    std::string remote = {};  // as in Holder
  };
  [[nodiscard]] std::vector<Place> below(const std::string& name) const;

  /// The kernel's name of a node: "dm-0" of /dev/mapper/root. Nothing if it is no block device.
  [[nodiscard]] std::optional<std::string> named(const std::string& node) const;
  /// Of a number, "259:2".
  [[nodiscard]] std::optional<std::string> numbered(const std::string& number) const;
  /// Those that a mounted file system is on. Nothing if there must be some and they cannot be found.
  [[nodiscard]] std::optional<std::vector<std::string>> of(const Mount& mount) const;

  [[nodiscard]] const std::map<std::string, Block>& all() const { return blocks_; }
  /// The disks and partitions of each ZFS pool that is imported.
  [[nodiscard]] const std::map<std::string, std::set<std::string>>& pools() const { return pools_; }

 private:
  void read(const std::string& name, const std::string& link);
  void read_layer(const std::string& name, Block& block) const;
  void join(const std::string& name);
  void read_pools(Problems& problems);
  void descend(const std::string& name, int depth, std::set<std::string>& seen,
               std::vector<Place>& places) const;
  [[nodiscard]] std::vector<std::string> controllers_of(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> list(const std::string& path) const;

  const Host& host_;
  const Paths& paths_;
  const RemoteDisks remote_;
  std::map<std::string, Block> blocks_;
  std::map<std::string, std::string> mapped_;  // "/dev/mapper/root" → "dm-0"
  std::map<std::string, std::set<std::string>> pools_;
};

}  // namespace gpupass::discover
