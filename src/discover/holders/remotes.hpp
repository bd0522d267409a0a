// SPDX-License-Identifier: GPL-2.0-or-later
// Storage that comes over the network, and the functions of the network cards that it comes through: disks
// of iSCSI, NVMe over TCP, RDMA or Fibre Channel, nbd, Ceph, AoE and FCoE; file systems of NFS, SMB, Ceph and
// others.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discover/holders/mounts.hpp"
#include "discover/holders/servers.hpp"

namespace gpupass::discover {

struct Remote {
  std::string what;  // "iSCSI from 10.0.0.5", "FCoE"
  std::vector<PciAddress> functions;
  bool operator==(const Remote&) const = default;
};

/// "iSCSI from 10.0.0.5 and 10.0.1.5", fit to be shown.
[[nodiscard]] std::string describe_remote(const std::string& by, const std::vector<std::string>& servers);

class RemoteDisks {
 public:
  RemoteDisks(const Host& host, const Paths& paths, const Servers& servers, Problems& problems);

  /// Of a disk, a partition or an NVMe controller by its path in sysfs; null for what is local.
  [[nodiscard]] const Remote* at(std::string_view sysfs_path) const;

 private:
  std::map<std::string, Remote, std::less<>> by_path_;  // what all of a session or controller lies below
};

/// Nothing for a file system that does not come over the network.
[[nodiscard]] std::optional<Remote> remote_of(const Mount& mount, const Host& host, const Servers& servers,
                                              Problems& problems);

}  // namespace gpupass::discover
