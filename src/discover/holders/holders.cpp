// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/holders.hpp"

#include <algorithm>
#include <tuple>

#include "gpupass/discover/holders.hpp"

namespace gpupass::discover {
namespace {

/// Whoever uses a virtual function uses the physical one: without it the virtual one is gone.
void hold_parents(const Inventory& inventory, Holders& holders) {
  for (std::size_t i = 0, count = holders.size(); i < count; ++i) {
    const auto* const device = inventory.find(holders[i].device);
    if (device == nullptr || !device->sriov || !device->sriov->physical_function) continue;
    auto of_parent = holders[i];
    of_parent.device = *device->sriov->physical_function;
    if (of_parent.child.empty()) of_parent.child = to_string(device->address);
    holders.push_back(std::move(of_parent));
  }
}

/// In order, each once: what is held itself before what is held through a child, and the highest of the
/// places that something has in layers of disks.
void sort_out(Holders& holders) {
  const auto same = [](const Holder& holder) {
    return std::tie(holder.device, holder.kind, holder.node, holder.pid, holder.use);
  };
  std::ranges::sort(holders, [&](const Holder& a, const Holder& b) {
    if (same(a) != same(b)) return same(a) < same(b);
    return std::tie(a.child, b.depth) < std::tie(b.child, a.depth);
  });
  const auto repeats = [&](const Holder& a, const Holder& b) {
    return same(a) == same(b) && (a.child == b.child || a.child.empty());
  };
  holders.erase(std::unique(holders.begin(), holders.end(), repeats), holders.end());
}

}  // namespace

void read_holders(const Host& host, Inventory& inventory) {
  Holders holders;
  auto& problems = inventory.problems;
  const auto scan = scan_processes(host, problems);
  const Paths paths(host, inventory);
  const Mounts mounts(host, scan, problems);
  const Routes routes(host, problems);
  const Interfaces interfaces(host, paths);
  const Blocks blocks(host, paths, mounts, Servers(host, routes, interfaces), problems);
  inventory.holders_complete = scan.complete;
  inventory.running_containers = read_containers(host, scan);
  read_processes(host, inventory, paths, blocks, scan, holders);
  read_disks(host, blocks, mounts, holders, problems);
  read_layers(blocks, holders);
  read_targets(host, blocks, mounts, holders, problems);
  read_routes(routes, interfaces, holders, problems);
  read_networks(host, inventory, paths, scan, holders);
  read_consoles(host, inventory, paths, holders);
  hold_parents(inventory, holders);
  sort_out(holders);
  inventory.holders = std::move(holders);
}

struct Below::Parts {
  Parts(const Host& host, const Inventory& inventory)
      : paths(host, inventory),
        mounts(host, Scan{}, unsaid),
        routes(host, unsaid),
        interfaces(host, paths),
        blocks(host, paths, mounts, Servers(host, routes, interfaces), unsaid) {}

  Problems unsaid;  // read_holders() says them
  Paths paths;
  Mounts mounts;
  Routes routes;
  Interfaces interfaces;
  Blocks blocks;
};

Below::Below(const Host& host, const Inventory& inventory)
    : parts_(std::make_unique<Parts>(host, inventory)) {}
Below::~Below() = default;

std::vector<PciAddress> Below::disk(const std::string& node) const {
  std::vector<PciAddress> functions;
  const auto name = parts_->blocks.named(node);
  for (const auto& place : name ? parts_->blocks.below(*name) : std::vector<Blocks::Place>{})
    functions.push_back(place.function);
  return functions;
}

std::vector<PciAddress> Below::interface(const std::string& name) const {
  std::vector<PciAddress> functions;
  for (const auto& place : parts_->interfaces.below(name, parts_->unsaid))
    functions.push_back(place.function);
  return functions;
}

}  // namespace gpupass::discover
