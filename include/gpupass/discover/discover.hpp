// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a machine through its Host, into values: gpupass/inventory.hpp,
// gpupass/topology.hpp.
#pragma once

#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/topology.hpp"

namespace gpupass::discover {

/// Which costly parts of an inventory a command needs.
struct Parts {
  bool holders = true;  // looks into every process of the machine, and sees which containers run
  /// Sees which containers run, without the holders: two links of each process.
  bool containers = false;
  /// Whose serial numbers are read wherever they may be: milliseconds each, seconds where one does not
  /// answer.
  std::vector<PciAddress> serials_of = {};
};

/// Reads the machine below host.root(). Error: only when the PCI bus itself cannot be read;
/// everything else becomes a Problem.
[[nodiscard]] Result<Inventory> read_inventory(const Host& host, Parts parts = {});

/// Reads the machine below host.root(): processors that are online, from sysfs and /proc/cpuinfo.
/// Error: only when no processor is found; everything else becomes a Problem.
[[nodiscard]] Result<HostTopology> read_topology(const Host& host);

}  // namespace gpupass::discover
