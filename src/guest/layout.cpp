// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "gpupass/core/quantity.hpp"
#include "gpupass/core/text.hpp"
#include "guest/share.hpp"

namespace gpupass::guest {
namespace {

struct Most {
  int vcpus;
  const char* why;
};

/// What QEMU's machine can have.
Most most_vcpus(const GuestHost& host) {
  // hw/arm/virt.c, with a GICv3.
  if (host.inventory.kernel.is_arm64()) return {512, "QEMU's machine 'virt' has no more"};
  // x86 machines number interrupt controllers with 8 bits unless an emulated IOMMU remaps.
  return {254, "more would need an emulated IOMMU, which slows every mapping of memory for the card"};
}

/// A cell of the host as the steps below look at it.
struct Ground {
  NumaNode node;
  Cores cores;
  Share share;
};

std::vector<Ground> grounds_of(const Layout& layout, const GuestHost& host) {
  std::vector<Ground> grounds;
  for (const auto& cell : layout.cells) {
    auto node = part_of_host(host.topology, cell.node);
    auto cores = divide(node);
    grounds.push_back({std::move(node), std::move(cores), share_of(host.inventory, host.topology, cell)});
  }
  return grounds;
}

/// Where a card's DMA ends; -1 where the machine does not say.
int node_of(const GuestCard& card, const GuestHost& host) {
  const auto has_cores = [](const NumaNode& node) { return !node.cores.empty(); };
  const auto& nodes = host.topology.nodes;
  if (std::ranges::count_if(nodes, has_cores) == 1) return std::ranges::find_if(nodes, has_cores)->id;
  const auto* const device = host.inventory.find(card.functions.front());
  const auto* const node = device == nullptr ? nullptr : host.topology.node(device->numa_node);
  return node != nullptr && has_cores(*node) ? node->id : -1;
}

bool has_several_nodes(const HostTopology& topology) {
  return std::ranges::count_if(topology.nodes, [](const auto& node) { return !node.cores.empty(); }) > 1;
}

/// The cards by node. A guest without cards runs on the first node.
std::vector<Cell> cells_of(const GuestRequest& request, const GuestHost& host) {
  std::map<int, Cell> cells;
  for (const auto& card : request.cards) {
    const int node = node_of(card, host);
    cells[node].node = node;
    cells[node].cards.push_back(card);
  }
  if (cells.contains(-1)) return {Cell{-1, request.cards, {}, {}, 0, 0}};
  std::vector<Cell> all;
  all.reserve(cells.size());
  for (auto& [node, cell] : cells) all.push_back(std::move(cell));
  if (all.empty()) {
    const auto first =
        std::ranges::find_if(host.topology.nodes, [](const auto& n) { return !n.cores.empty(); });
    all.push_back({first->id, {}, {}, {}, 0, 0});
  }
  return all;
}

std::string name_of(const NumaNode& node) {
  return node.id < 0 ? "the machine" : fmt::format("node {}", node.id);
}

std::string names_of(const std::vector<Ground>& grounds) {
  std::vector<std::string> names;
  names.reserve(grounds.size());
  for (const auto& ground : grounds) names.push_back(name_of(ground.node));
  return core::enumerate(names);
}

std::string share_text(const Ground& ground) {
  const auto& share = ground.share;
  if (share.all == 1) return "the guest's card is the only one there";
  return fmt::format("the guest has {} of the {} cards there", share.mine.size(), share.all);
}

// ---- processors ---------------------------------------------------------------------------

/// Threads per core that guests may have, if all cells have the same number; else 1.
int threads_of(const std::vector<Ground>& grounds) {
  const auto& first = grounds.front().cores.guests;
  if (first.empty()) return 1;
  const auto threads = first.front().cpus.size();
  const bool alike = std::ranges::all_of(grounds, [&](const Ground& ground) {
    return !ground.cores.guests.empty() && ground.cores.guests.front().cpus.size() == threads;
  });
  return alike ? static_cast<int>(threads) : 1;
}

void choose_vcpus(Layout& layout, const std::vector<Ground>& grounds, const Most& limit) {
  layout.threads = threads_of(grounds);
  const auto cells = static_cast<int>(layout.cells.size());
  std::size_t cores = SIZE_MAX;  // the same from each node, so that the guest's sockets are alike
  for (const auto& ground : grounds) cores = std::min(cores, own_cores(ground.share, ground.cores));
  const int most = limit.vcpus / (cells * layout.threads);
  const int each = std::clamp(static_cast<int>(std::min<std::size_t>(cores, 4096)), 1, most);
  for (auto& cell : layout.cells) cell.vcpus = each * layout.threads;
  const auto& first = grounds.front();
  layout.vcpus_reason.why = fmt::format(
      "{} core{} of {} with {} thread{}: {} of {} cores are for guests, and {}", each, each == 1 ? "" : "s",
      cells == 1 ? name_of(first.node) : "each of " + names_of(grounds), layout.threads,
      layout.threads == 1 ? "" : "s", first.cores.guests.size(), first.node.cores.size(), share_text(first));
  if (cores > static_cast<std::size_t>(most)) {
    layout.vcpus_reason.warning =
        fmt::format("the cards' share would be {} cores, and the guest has at most {} vCPUs: {}",
                    cores * layout.cells.size(), limit.vcpus, limit.why);
  }
}

Result<void> take_vcpus(Layout& layout, const std::vector<Ground>& grounds, int wanted, const Most& limit) {
  const auto cells = static_cast<int>(layout.cells.size());
  if (wanted < 1 || wanted > limit.vcpus) {
    return fail(ErrorKind::usage, fmt::format("{} vCPUs: not between 1 and {}", wanted, limit.vcpus),
                limit.why);
  }
  if (wanted % cells != 0) {
    return fail(
        ErrorKind::usage,
        fmt::format("{} vCPUs cannot be divided among {}, on which the cards are", wanted, names_of(grounds)),
        fmt::format("ask for a multiple of {}", cells));
  }
  const int each = wanted / cells;
  const int threads = threads_of(grounds);
  layout.threads = each % threads == 0 ? threads : 1;
  for (auto& cell : layout.cells) cell.vcpus = each;
  layout.vcpus_reason.why = "as asked for";
  if (layout.threads != threads) {
    layout.vcpus_reason.warning = fmt::format(
        "not a multiple of the {} threads that a core has, so the guest cannot know which of its processors "
        "share a core",
        threads);
  }
  return {};
}

std::vector<int> cpus_of(const std::vector<Core>& cores) {
  std::vector<int> cpus;
  for (const auto& core : cores) cpus.insert(cpus.end(), core.cpus.begin(), core.cpus.end());
  return cpus;
}

/// What a cell with more vCPUs than its share runs into.
std::string encroachment(const Ground& ground, std::size_t cores) {
  const auto own = own_cores(ground.share, ground.cores);
  if (cores > ground.cores.guests.size())
    return fmt::format("all cores of {} are the guest's: the host and QEMU run on them, too",
                       name_of(ground.node));
  const bool shared = ground.cores.guests.size() < ground.share.all;
  if (cores > own || shared)
    return fmt::format("guests that get the other cards of {} share cores with this one",
                       name_of(ground.node));
  return {};
}

/// A processor of the host for each vCPU, whole cores at a time; none if there are too few.
void place(Layout& layout, const std::vector<Ground>& grounds) {
  for (std::size_t i = 0; i < grounds.size(); ++i) {
    auto& cell = layout.cells[i];
    const auto& ground = grounds[i];
    cell.kept = cpus_of(ground.cores.kept);
    std::ranges::sort(cell.kept);
    if (cell.node < 0) continue;
    const auto order = in_order_for(ground.share, ground.cores);
    const auto wanted = static_cast<std::size_t>(cell.vcpus);
    std::size_t cores = 0;
    while (cores < order.size() && cell.cpus.size() < wanted) {
      const auto& cpus = order[cores++].cpus;
      cell.cpus.insert(cell.cpus.end(), cpus.begin(), cpus.end());
    }
    if (cell.cpus.size() < wanted) {
      layout.pins_reason.warning =
          fmt::format("{} has {} processors, and the guest wants {} of it: they float", name_of(ground.node),
                      cell.cpus.size(), wanted);
      cell.cpus.clear();
      continue;
    }
    cell.cpus.resize(wanted);
    if (auto warning = encroachment(ground, cores); !warning.empty()) layout.pins_reason.warning = warning;
  }
  layout.pins_reason.why = fmt::format(
      "cores of {}, always the same for this card: a guest with another card gets others", names_of(grounds));
}

// ---- memory -------------------------------------------------------------------------------

/// What the host keeps of a node for itself.
std::uint64_t kept_memory(std::uint64_t memory) {
  return std::min(std::max(8 * k_gibibyte, memory / 8), memory / 2);
}

std::uint64_t down_to(std::uint64_t bytes, std::uint64_t unit) {
  return bytes - bytes % unit;
}

/// Of the pages that somebody has set aside and that are free, the largest first; else of the node.
std::uint64_t share_of_memory(const Ground& ground) {
  const auto part = [&](std::uint64_t whole) { return whole * ground.share.mine.size() / ground.share.all; };
  const auto in_pages = [&](const auto& pool) {
    const auto& [size, pages] = pool;
    return down_to(std::min(part(pages.total), pages.free) * size, k_gibibyte);
  };
  const auto& pools = ground.node.hugepages;
  const auto largest =
      std::find_if(pools.rbegin(), pools.rend(), [&](const auto& pool) { return in_pages(pool) > 0; });
  if (largest != pools.rend()) return in_pages(*largest);
  const auto bytes = part(ground.node.memory - kept_memory(ground.node.memory));
  const auto unit = bytes >= 2 * k_gibibyte ? k_gibibyte : 256 * k_mebibyte;
  return std::max(down_to(bytes, unit), 256 * k_mebibyte);
}

void choose_memory(Layout& layout, const std::vector<Ground>& grounds) {
  std::uint64_t each = UINT64_MAX;
  for (const auto& ground : grounds) each = std::min(each, share_of_memory(ground));
  for (auto& cell : layout.cells) cell.memory = each;
  const auto& first = grounds.front();
  layout.memory_reason.why = fmt::format(
      "{} of {}{}; {}", core::size_text(each),
      grounds.size() == 1 ? name_of(first.node) : "each of " + names_of(grounds),
      first.node.memory == 0 ? ", whose size is not known"
                             : ", which has " + core::size_text(down_to(first.node.memory, k_mebibyte)),
      share_text(first));
}

Result<void> take_memory(Layout& layout, const std::vector<Ground>& grounds, std::uint64_t wanted) {
  const auto each = wanted / layout.cells.size();
  if (wanted == 0 || wanted % (k_mebibyte * layout.cells.size()) != 0) {
    return fail(ErrorKind::usage,
                fmt::format("{} of memory: not a multiple of {}", core::size_text(wanted),
                            core::size_text(k_mebibyte * layout.cells.size())),
                layout.cells.size() == 1 ? "" : fmt::format("it is divided among {}", names_of(grounds)));
  }
  for (std::size_t i = 0; i < grounds.size(); ++i) {
    const auto& node = grounds[i].node;
    if (node.memory != 0 && each > node.memory) {
      return fail(ErrorKind::usage,
                  fmt::format("{} of memory: {} has {}, and all of a guest's memory is pinned for its card",
                              core::size_text(each), name_of(node),
                              core::size_text(down_to(node.memory, k_mebibyte))),
                  "ask for less");
    }
    layout.cells[i].memory = each;
  }
  layout.memory_reason.why = "as asked for";
  return {};
}

}  // namespace

int Layout::vcpus() const {
  return std::accumulate(cells.begin(), cells.end(), 0,
                         [](int sum, const Cell& cell) { return sum + cell.vcpus; });
}

std::uint64_t Layout::memory() const {
  return std::accumulate(cells.begin(), cells.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Cell& cell) { return sum + cell.memory; });
}

bool Layout::pinned() const {
  return std::ranges::none_of(cells, [](const Cell& cell) { return cell.cpus.empty(); });
}

Result<Layout> lay_out(const GuestRequest& request, const GuestHost& host) {
  Layout layout;
  layout.cells = cells_of(request, host);
  layout.by_node = has_several_nodes(host.topology) && layout.cells.front().node >= 0;
  const auto grounds = grounds_of(layout, host);
  if (request.vcpus) {
    GPUPASS_TRY(take_vcpus(layout, grounds, *request.vcpus, most_vcpus(host)));
  } else {
    choose_vcpus(layout, grounds, most_vcpus(host));
  }
  if (request.memory) {
    GPUPASS_TRY(take_memory(layout, grounds, *request.memory));
  } else {
    choose_memory(layout, grounds);
  }
  place(layout, grounds);
  return layout;
}

}  // namespace gpupass::guest
