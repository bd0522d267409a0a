// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

using container::NcclRank;

/// NCCL takes them for programs of two machines.
bool are_apart(const NcclRank& one, const NcclRank& other) {
  return one.card != other.card && (one.engine != other.engine || one.id != other.id) &&
         one.namespaces != other.namespaces;
}

}  // namespace

std::vector<Finding> nccl_namespaces(const Inventory& inventory, const Target& /*target*/) {
  const auto& ranks = inventory.containers.ranks;
  std::vector<std::string> names;
  std::vector<Evidence> evidence;
  for (const auto& rank : ranks) {
    if (std::ranges::none_of(ranks, [&](const NcclRank& other) { return are_apart(rank, other); })) continue;
    names.push_back(fmt::format("{} container {} ({} with {})", rank.engine,
                                inventory.containers.container_name(rank.engine, rank.id), rank.process,
                                to_string(rank.card)));
    evidence.push_back({fmt::format("/proc/{}/ns", rank.pid), rank.namespaces});
  }
  if (names.empty()) return {};
  return {
      warns(k_machine,
            fmt::format("{} have NCCL loaded and not the same pid, ipc and uts namespaces: NCCL goes through "
                        "the network between them, about 100 times slower than over NVLink",
                        core::enumerate(names)),
            std::move(evidence),
            "if they are one job: start them with --ipc host --pid host --uts host, and all cards in each")};
}

}  // namespace gpupass::judge
