// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "container/cdi_version.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::container {
namespace {

using core::Json;

template <class Value>
void append(std::vector<Value>& all, const std::vector<Value>& more) {
  for (const auto& one : more) {
    if (std::ranges::find(all, one) == all.end()) all.push_back(one);
  }
}

/// NVIDIA's older runtime acts on what images say in this variable, and would do the same work again.
constexpr const char* k_no_older_runtime = "NVIDIA_VISIBLE_DEVICES=void";

/// No number of a node: that of a dynamic major is another one after a restart. The engine looks at the node.
Json json_of(const Node& node) {
  return {{"path", node.path}, {"permissions", "rw"}};
}

Json json_of(const Mount& mount) {
  auto options = Json::array({"rbind", "rprivate", "nosuid", "nodev"});
  if (mount.socket) options.push_back("noexec");
  if (!mount.socket) options.push_back("ro");
  return {{"hostPath", mount.host}, {"containerPath", mount.container}, {"options", std::move(options)}};
}

Json edits_of(const Parts& parts) {
  Json edits = Json::object();
  if (!parts.environment.empty()) edits["env"] = parts.environment;
  for (const auto& node : parts.nodes) edits["deviceNodes"].push_back(json_of(node));
  for (const auto& mount : parts.mounts) edits["mounts"].push_back(json_of(mount));
  return edits;
}

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

std::string cdi_name(const Card& card) {
  return (card.way == Way::vfio ? "vfio-" : "") + to_string(card.address);
}

std::string specification(const Machine& machine, const std::vector<const Card*>& cards) {
  auto devices = Json::array();
  std::vector<const Card*> all;
  for (const auto* const card : cards) {
    devices.push_back({{"name", cdi_name(*card)}, {"containerEdits", edits_of(parts_of(machine, {card}))}});
    if (card->way != Way::vfio) all.push_back(card);
  }
  if (!all.empty())
    devices.push_back({{"name", "all"}, {"containerEdits", edits_of(parts_of(machine, all))}});
  Json file{{"cdiVersion", ""}, {"kind", k_kind}, {"devices", std::move(devices)}};
  file["cdiVersion"] = lowest_version(file);
  return file.dump(2) + "\n";
}

}  // namespace gpupass::container
