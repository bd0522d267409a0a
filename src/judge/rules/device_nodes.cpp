// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

Evidence state_of(const container::Node& node) {
  return {node.path, node.found.empty() ? "not there" : fmt::format("{}, {:04o}", node.found, node.mode)};
}

/// Of nodes that several cards need.
void add_shared(std::vector<Finding>& all, const std::vector<container::Node>& nodes,
                const std::string& remedy) {
  for (const auto& node : nodes) {
    const auto trouble = node.trouble();
    if (!trouble.empty())
      all.push_back(blocks(Consent::impossible, k_machine, fmt::format("{} {}", node.path, trouble),
                           {state_of(node)}, remedy));
  }
}

bool has_any(const container::Machine& machine, container::Way way) {
  return std::ranges::count(machine.cards, way, &container::Card::way) > 0;
}

}  // namespace

std::vector<Finding> device_nodes(const Inventory& inventory, const Target& /*target*/) {
  const auto& machine = inventory.containers;
  std::vector<Finding> all;
  if (machine.nvidia && has_any(machine, container::Way::nvidia))
    add_shared(all, machine.nvidia->nodes, machine.nvidia->node_remedy());
  for (const auto way : {container::Way::amd, container::Way::vfio}) {
    const auto first = std::ranges::find(machine.cards, way, &container::Card::way);
    if (first != machine.cards.end())
      add_shared(all, way == container::Way::amd ? machine.kfd : machine.vfio, machine.remedy_of_shared(way));
  }
  for (const auto& card : machine.cards) {
    for (const auto& node : card.nodes) {
      const auto trouble = node.trouble();
      if (trouble.empty()) continue;
      all.push_back(blocks(Consent::impossible, card.address,
                           fmt::format("{}, of {}, {}", node.path, to_string(card.address), trouble),
                           {state_of(node)}, card.remedy));
    }
  }
  if (!all.empty() || machine.cards.empty()) return all;
  std::vector<Evidence> evidence;
  for (const auto& card : machine.cards) {
    for (const auto& node : card.nodes) evidence.push_back(state_of(node));
  }
  return {fine(k_machine, "the cards' nodes exist, with their drivers' numbers", std::move(evidence))};
}

}  // namespace gpupass::judge
