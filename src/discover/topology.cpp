// SPDX-License-Identifier: GPL-2.0-or-later
// Processors, cores and memory, node by node.
#include "gpupass/topology.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/discover/problems.hpp"

namespace gpupass::discover {
namespace {

using sysfs::k_cpus;
constexpr std::uint64_t k_kibibyte = 1024;

/// The number behind a prefix: "node3" → 3.
std::optional<int> number_after(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  const auto number = core::parse_number(name.substr(prefix.size()));
  return number && *number < 65536 ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::vector<int> read_processors(const Host& host, const std::string& path, Problems& problems) {
  const auto text = text_or_note(problems, path, host.attribute(path));
  const auto cpus = parse_cpu_list(text);
  if (!cpus) note(problems, path, "no list of processors: " + excerpt(text));
  return cpus.value_or(std::vector<int>{});
}

/// The value of "MemTotal:  16384 kB" (or "Node 0 MemTotal: …") in bytes; 0 where there is none.
std::uint64_t meminfo(const std::string& text, std::string_view key) {
  for (const auto line : core::split(text, '\n')) {
    const auto words = core::words(line);
    const auto found = std::ranges::find(words, key);
    if (found == words.end() || std::next(found) == words.end()) continue;
    return core::parse_number(*std::next(found)).value_or(0) * k_kibibyte;
  }
  return 0;
}

std::uint64_t count(const Host& host, const std::string& path, Problems& problems) {
  const auto text = text_or_note(problems, path, host.attribute(path));
  const auto number = core::parse_number(core::trim(text));
  if (!number) note(problems, path, "no number: " + excerpt(text));
  return number.value_or(0);
}

/// Folders "hugepages-2048kB" with nr_hugepages and free_hugepages.
void read_pools(const Host& host, const std::string& folder, NumaNode& node, Problems& problems) {
  for (const auto& name : host.list(folder).value_or(std::vector<std::string>{})) {
    constexpr std::string_view k_prefix = "hugepages-";
    constexpr std::string_view k_suffix = "kB";
    if (!name.starts_with(k_prefix) || !name.ends_with(k_suffix)) continue;
    const auto digits = name.substr(k_prefix.size(), name.size() - k_prefix.size() - k_suffix.size());
    const auto size = core::parse_number(digits);
    if (!size) continue;
    const auto pool = fmt::format("{}/{}/", folder, name);
    node.hugepages[*size * k_kibibyte] = {count(host, pool + "nr_hugepages", problems),
                                          count(host, pool + "free_hugepages", problems)};
  }
}

/// Groups processors by the core that they share.
std::vector<Core> read_cores(const Host& host, const std::vector<int>& cpus, const std::vector<int>& online,
                             Problems& problems) {
  std::vector<Core> cores;
  std::set<int> seen;
  for (const int cpu : cpus) {
    if (seen.contains(cpu) || !std::ranges::binary_search(online, cpu)) continue;
    auto siblings =
        read_processors(host, fmt::format("{}/cpu{}/topology/thread_siblings_list", k_cpus, cpu), problems);
    std::erase_if(siblings, [&](int sibling) { return !std::ranges::binary_search(online, sibling); });
    if (siblings.empty()) siblings = {cpu};
    seen.insert(siblings.begin(), siblings.end());
    cores.push_back({std::move(siblings)});
  }
  return cores;
}

NumaNode read_node(const Host& host, int id, const std::vector<int>& online, Problems& problems) {
  const auto folder = sysfs::node(id);
  NumaNode node;
  node.id = id;
  node.cores = read_cores(host, read_processors(host, folder + "/cpulist", problems), online, problems);
  const auto memory = text_or_note(problems, folder + "/meminfo", host.read(folder + "/meminfo"));
  node.memory = meminfo(memory, "MemTotal:");
  node.free = meminfo(memory, "MemFree:");
  read_pools(host, folder + "/hugepages", node, problems);
  return node;
}

/// A kernel without NUMA has no folders of nodes.
NumaNode whole_machine(const Host& host, const std::vector<int>& online, Problems& problems) {
  NumaNode node;
  node.cores = read_cores(host, online, online, problems);
  const auto memory = text_or_note(problems, "/proc/meminfo", host.read("/proc/meminfo"));
  node.memory = meminfo(memory, "MemTotal:");
  node.free = meminfo(memory, "MemFree:");
  read_pools(host, sysfs::at(sysfs::k_memory, "hugepages"), node, problems);
  return node;
}

/// "vendor_id : GenuineIntel" and "address sizes : 46 bits physical, 48 bits virtual", of the first
/// processor.
void read_processor(const Host& host, HostTopology& topology) {
  constexpr std::size_t k_limit = 16U << 20U;  // 2 KiB a processor
  const auto text = text_or_note(topology.problems, "/proc/cpuinfo", host.read("/proc/cpuinfo", k_limit));
  for (const auto line : core::split(text, '\n')) {
    const auto colon = line.find(':');
    if (colon == line.npos) continue;
    const auto key = core::trim(line.substr(0, colon));
    const auto value = core::words(line.substr(colon + 1));
    if (value.empty()) continue;
    if (key == "vendor_id" && topology.cpu_vendor.empty()) topology.cpu_vendor = core::printable(value[0]);
    if (key == "address sizes") {
      topology.physical_bits =
          static_cast<int>(std::min<std::uint64_t>(core::parse_number(value[0]).value_or(0), 64));
      return;
    }
  }
}

}  // namespace

Result<HostTopology> read_topology(const Host& host) {
  HostTopology topology;
  const auto online = read_processors(host, fmt::format("{}/online", k_cpus), topology.problems);
  if (online.empty()) {
    return fail(ErrorKind::system, fmt::format("{}/online names no processor of this machine", k_cpus));
  }
  read_processor(host, topology);
  for (const auto& name : host.list(sysfs::k_nodes).value_or(std::vector<std::string>{})) {
    if (const auto id = number_after(name, "node")) {
      topology.nodes.push_back(read_node(host, *id, online, topology.problems));
    }
  }
  if (topology.nodes.empty()) topology.nodes.push_back(whole_machine(host, online, topology.problems));
  std::ranges::sort(topology.nodes, {}, &NumaNode::id);
  return topology;
}

}  // namespace gpupass::discover
