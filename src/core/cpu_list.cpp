// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's and libvirt's way to write a set of processors: "0-2,8".
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/topology.hpp"

namespace gpupass {
namespace {

constexpr std::uint64_t k_most_cpus = 8192;  // CONFIG_NR_CPUS of any distribution's kernel

}  // namespace

std::optional<std::vector<int>> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  for (const auto range : core::split(core::trim(text), ',')) {
    const auto dash = range.find('-');
    const auto first = core::parse_number(range.substr(0, dash));
    const auto last = dash == range.npos ? first : core::parse_number(range.substr(dash + 1));
    if (!first || !last || *first > *last || *last >= k_most_cpus) return std::nullopt;
    for (auto cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  std::ranges::sort(cpus);
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

std::string cpu_list(const std::vector<int>& cpus) {
  std::string text;
  for (auto first = cpus.begin(); first != cpus.end();) {
    auto last = first;
    while (std::next(last) != cpus.end() && *std::next(last) == *last + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", *first);
    if (last != first) text += fmt::format("-{}", *last);
    first = std::next(last);
  }
  return text;
}

const NumaNode* HostTopology::node(int id) const {
  const auto found = std::ranges::find(nodes, id, &NumaNode::id);
  return found == nodes.end() ? nullptr : &*found;
}

}  // namespace gpupass
