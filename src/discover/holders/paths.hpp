// SPDX-License-Identifier: GPL-2.0-or-later
// The PCI functions that a device of sysfs hangs on.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::discover {

class Paths {
 public:
  Paths(const Host& host, const Inventory& inventory);

  /// Every endpoint that the path goes through, the nearest last: a disk behind a VMD controller hangs
  /// on the controller, 0000:00:0e.0, and on the disk's own function in the domain below, 10000:e1:00.0.
  /// The Thunderbolt controller whose tunnel leads to them counts, too. Bridges do not: they are never
  /// passed.
  [[nodiscard]] std::vector<PciAddress> functions_of(std::string_view sysfs_path) const;

 private:
  const Inventory& inventory_;
  std::multimap<PciAddress, PciAddress> tunnels_;  // a bridge that leads to a tunnel → the controller
};

/// The mediated device that the path goes through; empty if it goes through none.
[[nodiscard]] std::string mediated_device_of(std::string_view sysfs_path);

}  // namespace gpupass::discover
