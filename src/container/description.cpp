// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass's own CDI file, as text: made of cards, and edited by name.
#include "gpupass/container/description.hpp"

#include <algorithm>
#include <iterator>

#include "container/cdi_version.hpp"
#include "gpupass/container/cdi.hpp"
#include "gpupass/container/parts.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::container {
namespace {

using core::Json;

constexpr std::string_view k_vfio = "vfio-";
constexpr const char* k_all = "all";

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

/// What the edits have, each part once.
void join(Json& all, const Json& edits) {
  for (const auto& [part, values] : edits.items()) {
    auto& there = all[part];
    for (const auto& value : values) {
      if (std::ranges::find(there, value) == there.end()) there.push_back(value);
    }
  }
}

std::string name_of(const Json& device) {
  return device.at("name").get<std::string>();
}

/// The whole file of these devices; nothing for none. `all` is every card that is not a VFIO group.
std::optional<std::string> file_of(std::vector<Json> devices) {
  if (devices.empty()) return std::nullopt;
  std::ranges::sort(devices, {}, [](const Json& device) { return card_named(name_of(device)); });
  auto all = Json::object();
  for (const auto& device : devices) {
    if (!name_of(device).starts_with(k_vfio)) join(all, device.at("containerEdits"));
  }
  if (!all.empty()) devices.push_back({{"name", k_all}, {"containerEdits", std::move(all)}});
  Json file{{"cdiVersion", ""}, {"kind", k_kind}, {"devices", std::move(devices)}};
  file["cdiVersion"] = lowest_version(file);
  return file.dump(2) + "\n";
}

Json device_of(const Machine& machine, const Card& card) {
  return {{"name", cdi_name(card)}, {"containerEdits", edits_of(parts_of(machine, {&card}))}};
}

/// Its devices but for `all`, which follows from them, and for some.
Result<std::vector<Json>> devices_in(const std::string& text, const std::vector<std::string>& without) {
  if (text.empty()) return std::vector<Json>{};
  return core::read_json(text, "gpupass's CDI file", [&](const Json& json) {
    std::vector<Json> devices;
    for (const auto& device : json.at("devices")) {
      const auto name = name_of(device);
      if (name != k_all && std::ranges::find(without, name) == without.end()) devices.push_back(device);
    }
    return devices;
  });
}

}  // namespace

std::string cdi_name(const Card& card) {
  return (card.way == Way::vfio ? std::string(k_vfio) : "") + to_string(card.address);
}

std::optional<PciAddress> card_named(std::string_view name) {
  return parse_pci_address(name.starts_with(k_vfio) ? name.substr(k_vfio.size()) : name);
}

std::string specification(const Machine& machine, const std::vector<const Card*>& cards) {
  std::vector<Json> devices;
  for (const auto* const card : cards) devices.push_back(device_of(machine, *card));
  return file_of(std::move(devices)).value_or("");
}

Result<std::optional<std::string>> without_names(const std::string& text,
                                                 const std::vector<std::string>& names) {
  GPUPASS_TRY_ASSIGN(auto devices, devices_in(text, names));
  return file_of(std::move(devices));
}

Result<std::string> with_cards(const std::string& text, const Machine& machine,
                               const std::vector<const Card*>& cards) {
  std::vector<std::string> names;
  std::ranges::transform(cards, std::back_inserter(names), [](const Card* card) { return cdi_name(*card); });
  GPUPASS_TRY_ASSIGN(auto devices, devices_in(text, names));
  for (const auto* const card : cards) devices.push_back(device_of(machine, *card));
  return file_of(std::move(devices)).value_or("");
}

std::vector<NamesLost> names_lost(const std::vector<CdiFile>& files, const std::vector<Node>& nodes) {
  const auto goes = [&](const CdiPath& one) {
    return std::ranges::find(nodes, one.path, &Node::path) != nodes.end();
  };
  std::vector<NamesLost> lost;
  for (const auto& file : files) {
    if (file.kind == k_kind) continue;  // gpupass's own, which it keeps right
    NamesLost here{file.path, file.kind, {}};
    const bool all = std::ranges::any_of(file.common, goes);
    for (const auto& device : file.devices) {
      if (all || std::ranges::any_of(device.paths, goes)) here.names.push_back(file.kind + "=" + device.name);
    }
    if (!here.names.empty()) lost.push_back(std::move(here));
  }
  return lost;
}

std::string remedy_for(const std::string& path, const std::string& kind) {
  if (kind == k_kind) return "`gpupass container write --output " + path + "`";
  if (kind.starts_with("nvidia.com/"))
    return "`nvidia-ctk cdi generate --output=" + path + "`, or `systemctl restart nvidia-cdi-refresh`";
  return "generate it again with the program that made it";
}

}  // namespace gpupass::container
