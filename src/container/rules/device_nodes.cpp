// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "container/rules/rules.hpp"

namespace gpupass::container {
namespace {

Evidence evidence_of(const Node& node) {
  return {node.path, node.found.empty() ? "not there" : fmt::format("{}, {:04o}", node.found, node.mode)};
}

/// Of nodes that several cards need.
void add(std::vector<Finding>& all, const std::vector<Node>& nodes, const std::string& remedy) {
  for (const auto& node : nodes) {
    const auto trouble = node.trouble();
    if (!trouble.empty())
      all.push_back(keeps({}, fmt::format("{} {}", node.path, trouble), {evidence_of(node)}, remedy));
  }
}

bool any(const Machine& machine, Way way) {
  return std::ranges::count(machine.cards, way, &Card::way) > 0;
}

}  // namespace

std::vector<Finding> device_nodes(const Machine& machine) {
  std::vector<Finding> all;
  if (machine.nvidia && any(machine, Way::nvidia))
    add(all, machine.nvidia->nodes, machine.nvidia->node_remedy());
  for (const auto way : {Way::amd, Way::vfio}) {
    const auto first = std::ranges::find(machine.cards, way, &Card::way);
    if (first != machine.cards.end())
      add(all, way == Way::amd ? machine.kfd : machine.vfio, machine.remedy_of_shared(way));
  }
  for (const auto& card : machine.cards) {
    for (const auto& node : card.nodes) {
      const auto trouble = node.trouble();
      if (trouble.empty()) continue;
      all.push_back(keeps(card.address,
                          fmt::format("{}, of {}, {}", node.path, to_string(card.address), trouble),
                          {evidence_of(node)}, card.remedy));
    }
  }
  if (!all.empty() || machine.cards.empty()) return all;
  std::vector<Evidence> evidence;
  for (const auto& card : machine.cards) {
    for (const auto& node : card.nodes) evidence.push_back(evidence_of(node));
  }
  return {well("the cards' nodes are there, with the numbers that their drivers have", std::move(evidence))};
}

}  // namespace gpupass::container
