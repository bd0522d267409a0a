// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/share.hpp"

#include <algorithm>
#include <iterator>

#include "gpupass/card.hpp"

namespace gpupass::guest {
namespace {

/// A card that guests compete for. Not the graphics of the processor, nor those of the board's controller,
/// which is no PCI Express device.
bool is_card(const Inventory& inventory, const Device& device) {
  const bool graphics = device.is_gpu() && !is_processor_graphics(inventory, device);
  return (graphics || is_accelerator_card(device)) && device.is_pcie && !is_virtual_function(device);
}

/// The slots of the node's cards, by their first function that is one.
std::vector<PciAddress> slots_on(const Inventory& inventory, const HostTopology& topology, int node) {
  std::vector<PciAddress> slots;
  for (const auto& device : inventory.devices) {
    const bool here = node < 0 || topology.nodes.size() == 1 || device.numa_node == node;
    if (!here || !is_card(inventory, device)) continue;
    if (slots.empty() || !slots.back().same_slot(device.address)) slots.push_back(device.address);
  }
  return slots;
}

void append_cores(std::vector<Core>& to, const std::vector<Core>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// A host needs a core for itself, and where there are enough another for QEMU's threads and for disks.
std::size_t kept_of(std::size_t cores) {
  if (cores < 2) return 0;
  return cores < 6 ? 1 : 2;
}

}  // namespace

Share share_of(const Inventory& inventory, const HostTopology& topology, const Cell& cell) {
  const auto slots = slots_on(inventory, topology, cell.node);
  Share share{{}, slots.size()};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto is_it = [&](const GuestCard& card) { return card.functions.front().same_slot(slots[i]); };
    if (std::ranges::any_of(cell.cards, is_it)) share.mine.push_back(i);
  }
  if (share.mine.empty()) share.mine.push_back(share.all++);
  return share;
}

NumaNode part_of_host(const HostTopology& topology, int node) {
  if (const auto* const one = topology.node(node)) return *one;
  NumaNode whole;
  whole.id = -1;
  for (const auto& part : topology.nodes) {
    append_cores(whole.cores, part.cores);
    whole.memory += part.memory;
    whole.free += part.free;
    for (const auto& [size, pool] : part.hugepages) {
      whole.hugepages[size].total += pool.total;
      whole.hugepages[size].free += pool.free;
    }
  }
  return whole;
}

Cores divide(const NumaNode& node) {
  std::size_t most = 0;
  for (const auto& core : node.cores) most = std::max(most, core.cpus.size());
  const auto is_small = [most](const Core& core) { return core.cpus.size() < most; };
  Cores cores;
  std::ranges::copy_if(node.cores, std::back_inserter(cores.kept), is_small);
  std::ranges::remove_copy_if(node.cores, std::back_inserter(cores.guests), is_small);
  if (!cores.kept.empty()) return cores;  // a processor with two kinds of core: the small ones are the host's
  // The first ones: a host's interrupts go there.
  const auto end = cores.guests.begin() + static_cast<std::ptrdiff_t>(kept_of(cores.guests.size()));
  cores.kept.assign(cores.guests.begin(), end);
  cores.guests.erase(cores.guests.begin(), end);
  return cores;
}

std::vector<Core> in_order_for(const Share& share, const Cores& cores) {
  const auto part = cores.guests.size() / share.all;
  std::vector<Core> own;
  std::vector<Core> others;
  for (std::size_t i = 0; i < cores.guests.size(); ++i) {
    const bool is_own = part > 0 && std::ranges::find(share.mine, i / part) != share.mine.end();
    (is_own ? own : others).push_back(cores.guests[i]);
  }
  append_cores(own, others);
  append_cores(own, cores.kept);
  return own;
}

std::size_t own_cores(const Share& share, const Cores& cores) {
  const auto part = cores.guests.size() / share.all;
  return part == 0 ? cores.guests.size() : part * share.mine.size();
}

}  // namespace gpupass::guest
