// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/given.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "gpupass/core/printable.hpp"
#include "gpupass/sys/device_node.hpp"

namespace gpupass::container {
namespace {

constexpr std::array k_node_folders = {"/dev", "/dev/dri", "/dev/accel", "/dev/vfio"};

bool has(const Card& card, const std::string& number) {
  return std::ranges::any_of(card.nodes, [&](const Node& node) { return node.found == number; });
}

/// What a container has in its /dev. Its files are its own: no link leads out of it, and no node is opened.
class Dev {
 public:
  Dev(const Host& host, pid_t pid) : inside_(host.at(fmt::format("/proc/{}/root", pid))) {}

  /// Its nodes by number, and the names that it has for them.
  [[nodiscard]] std::map<std::string, std::string> nodes() const {
    constexpr std::size_t k_most = 4096;  // a folder of its own may have any number of them
    std::map<std::string, std::string> nodes;
    for (const auto* const folder : k_node_folders) {
      auto names = inside_.list(folder).value_or(std::vector<std::string>{});
      names.resize(std::min(names.size(), k_most));
      for (const auto& name : names) {
        const auto path = fmt::format("{}/{}", folder, name);
        if (const auto node = sys::device_node(inside_, path))
          nodes.try_emplace(node->number, core::printable(path));
      }
    }
    return nodes;
  }

 private:
  Host inside_;
};

/// Those by which NCCL tells whether two programs are on one host.
std::string namespaces_of(const Host& host, pid_t pid) {
  std::string all;
  for (const auto* const kind : {"pid", "ipc", "uts"}) {
    const auto name = host.link_name(fmt::format("/proc/{}/ns/{}", pid, kind));
    all += (all.empty() ? "" : " ") + name.value_or("");
  }
  return all;
}

bool has_nccl(const Host& host, pid_t pid) {
  constexpr std::size_t k_largest = std::size_t{16} << 20U;
  const auto maps = host.read(fmt::format("/proc/{}/maps", pid), k_largest).value_or("");
  return maps.find("/libnccl.so") != std::string::npos;
}

}  // namespace

std::vector<GivenNode> read_given(const Host& host, const Inventory& inventory,
                                  const std::vector<Card>& cards) {
  std::vector<GivenNode> given;
  if (host.captured()) return given;  // what another machine's containers have is not in its tree
  for (const auto& container : inventory.running_containers) {
    const auto nodes = Dev(host, container.pid).nodes();
    for (const auto& card : cards) {
      const auto found = std::ranges::find_if(nodes, [&](const auto& node) { return has(card, node.first); });
      if (found != nodes.end())
        given.push_back({card.address, container.manager, container.managed, found->second});
    }
  }
  return given;
}

std::vector<NcclRank> read_ranks(const Host& host, const Inventory& inventory, const Machine& machine) {
  std::vector<NcclRank> ranks;
  for (const auto& holder : inventory.holders) {
    const auto* const card = machine.card(holder.device);
    const auto same = [&](const NcclRank& one) { return one.card == card->address && one.pid == holder.pid; };
    if (holder.kind != HolderKind::process || card == nullptr || card->way != Way::nvidia ||
        !is_container_engine(holder.manager) || std::ranges::any_of(ranks, same) ||
        !has_nccl(host, holder.pid))
      continue;
    ranks.push_back({card->address, holder.manager, holder.managed, holder.process, holder.pid,
                     namespaces_of(host, holder.pid)});
  }
  return ranks;
}

}  // namespace gpupass::container
