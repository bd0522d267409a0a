// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/holders.hpp"

#include <algorithm>
#include <tuple>

#include "core/text.hpp"
#include "discover/holders.hpp"

namespace gpupass::discovery {

std::optional<PciAddress> function_of(std::string_view sysfs_path) {
  std::optional<PciAddress> last;
  for (const auto component : core::split(sysfs_path, '/')) {
    if (const auto address = parse_pci_address(component)) last = address;
  }
  return last;
}

void read_holders(const Host& host, Inventory& inventory) {
  Holders holders;
  inventory.holders_complete = read_processes(host, inventory, holders, inventory.problems);
  read_disks(host, holders, inventory.problems);
  read_routes(host, holders, inventory.problems);
  read_consoles(host, inventory, holders);
  const auto order = [](const Holder& holder) {
    return std::tie(holder.device, holder.kind, holder.node, holder.pid, holder.use);
  };
  std::sort(holders.begin(), holders.end(),
            [&](const Holder& a, const Holder& b) { return order(a) < order(b); });
  holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
  inventory.holders = std::move(holders);
}

}  // namespace gpupass::discovery
