// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/parts.hpp"

#include <algorithm>

namespace gpupass::container {
namespace {

template <class Value>
void append(std::vector<Value>& all, const std::vector<Value>& more) {
  for (const auto& one : more) {
    if (std::ranges::find(all, one) == all.end()) all.push_back(one);
  }
}

/// NVIDIA's older runtime acts on what images say in this variable, and would do the same work again.
constexpr const char* k_no_older_runtime = "NVIDIA_VISIBLE_DEVICES=void";

}  // namespace

Parts parts_of(const Machine& machine, const std::vector<const Card*>& cards) {
  Parts parts;
  for (const auto* const card : cards) {
    append(parts.nodes, card->nodes);
    if (card->way == Way::amd) append(parts.nodes, machine.kfd);
    if (card->way == Way::vfio) append(parts.nodes, machine.vfio);
    if (card->way == Way::vfio || card->way == Way::nvidia)
      append(parts.environment, std::vector<std::string>{k_no_older_runtime});
    parts.locks_memory = parts.locks_memory || card->way == Way::vfio;
    if (card->way != Way::nvidia || !machine.nvidia) continue;
    append(parts.nodes, machine.nvidia->nodes);
    append(parts.mounts, machine.nvidia->libraries);
    append(parts.mounts, machine.nvidia->others);
  }
  return parts;
}

}  // namespace gpupass::container
