// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that have something of a device open: what they are, and what ends them.
#pragma once

#include <string>
#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass::judge {

/// One process and every node of some functions that it has open.
struct User {
  Holder who;  // the first of what it holds
  std::vector<PciAddress> devices;
  std::vector<std::string> nodes;     // "/dev/vfio/12", "/dev/dm-5 (/dev/mapper/vg-data)"
  std::vector<std::string> children;  // through which it has them; empty: directly
  bool by_vfio = false;               // a driver of its own, of a guest or not
  bool by_disk = false;               // has a block device open
  bool only_nvme = true;              // the devices are NVMe controllers
  std::string remote = {};            // over what, where that disk comes over the network
};

/// In order of the holders.
[[nodiscard]] std::vector<User> users_of(const Inventory& inventory,
                                         const std::vector<PciAddress>& functions);

/// "a running guest", "the running guest vm1", "SPDK", "DPDK"; empty for what is nothing of the kind.
[[nodiscard]] std::string what_is(const User& user);
/// One sentence: "SPDK has 0000:2a:00.0: spdk_tgt (pid 991) has /dev/vfio/17 open".
[[nodiscard]] std::string describe(const User& user);
/// What makes it release the device, with the exact commands.
[[nodiscard]] std::string remedy_for(const User& user);
/// The command that ends a process as whatever started it does: "`systemctl stop vpp.service`",
/// "`kill 991`".
[[nodiscard]] std::string command_that_ends(const Holder& process);

}  // namespace gpupass::judge
