// SPDX-License-Identifier: GPL-2.0-or-later
// Memory only on the cards' nodes, and a guest that knows which memory is near which card.
#include <fmt/format.h>

#include "gpupass/core/text.hpp"
#include "guest/edit.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {
namespace {

std::string nodeset_of(const Layout& layout) {
  std::vector<int> nodes;
  for (const auto& cell : layout.cells) nodes.push_back(cell.node);
  return cpu_list(nodes);
}

/// The guest's own nodes, each with the vCPUs and the memory that one of the host's gives.
void write_guest_nodes(Tuning& tuning) {
  auto& numa = virt::child(section(tuning.domain.root(), "cpu", "features"), "numa");
  int first = 0;
  for (std::size_t i = 0; i < tuning.layout.cells.size(); ++i) {
    const auto& cell = tuning.layout.cells[i];
    auto& element = append(numa, "cell");
    set(element, "id", i);
    set(element, "cpus",
        cell.vcpus == 1 ? std::to_string(first) : fmt::format("{}-{}", first, first + cell.vcpus - 1));
    set(element, "memory", cell.memory / k_mebibyte);
    set(element, "unit", "MiB");
    first += cell.vcpus;
  }
}

void write_policy(Tuning& tuning, const std::string& nodeset) {
  auto& numatune = section(tuning.domain.root(), "numatune", "cputune");
  auto& memory = virt::child(numatune, "memory");
  set(memory, "mode", "strict");
  set(memory, "nodeset", nodeset);
  for (std::size_t i = 0; i < tuning.layout.cells.size(); ++i) {
    auto& element = append(numatune, "memnode");
    set(element, "cellid", i);
    set(element, "mode", "strict");
    set(element, "nodeset", std::to_string(tuning.layout.cells[i].node));
  }
}

}  // namespace

Result<void> nodes(Tuning& tuning) {
  const auto& layout = tuning.layout;
  Choice choice{"NUMA", "one node", "the host has one node: all memory is equally near", "", ""};
  choice.source = "libvirt, domain XML: numatune, cpu/numa";
  if (layout.by_node) {
    const auto nodeset = nodeset_of(layout);
    write_guest_nodes(tuning);
    write_policy(tuning, nodeset);
    choice.value = fmt::format("strictly on node{} {} of the host, {} in the guest",
                               layout.cells.size() == 1 ? "" : "s", nodeset, layout.cells.size());
    choice.why =
        "what a card reads and writes is in the memory of its own node; strict means that a start fails "
        "rather than take memory from elsewhere";
  } else if (layout.cells.front().node < 0) {
    choice.value = "not bound";
    choice.why = "which node the card is on is not known";
  }
  tuning.choices.push_back(std::move(choice));
  return {};
}

}  // namespace gpupass::guest
