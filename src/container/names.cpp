// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/names.hpp"

#include <algorithm>

#include "gpupass/core/json.hpp"
#include "gpupass/core/printable.hpp"

namespace gpupass::container {
namespace {

using core::Json;

/// The folder that begins with the twelve digits that are shown of an identifier.
std::string folder_of(const Host& host, const std::string& all, const std::string& id) {
  for (const auto& name : host.list(all).value_or(std::vector<std::string>{})) {
    if (name.starts_with(id)) return all + "/" + name;
  }
  return "";
}

std::string docker_name(const Host& host, const std::string& id) {
  const auto folder = folder_of(host, "/var/lib/docker/containers", id);
  if (folder.empty()) return "";
  const auto path = folder + "/config.v2.json";
  const auto name = core::read_json(host.read(path).value_or(""), path,
                                    [](const Json& json) { return core::line_from_json(json.at("Name")); });
  if (!name) return "";
  return name->starts_with('/') ? name->substr(1) : *name;
}

std::string podman_name(const Host& host, const std::string& id) {
  constexpr const char* k_list = "/var/lib/containers/storage/overlay-containers/containers.json";
  constexpr std::size_t k_largest = std::size_t{16} << 20U;
  const auto found =
      core::read_json(host.read(k_list, k_largest).value_or(""), k_list, [&](const Json& json) {
        for (const auto& one : json) {
          if (one.at("id").get<std::string>().starts_with(id) && !one.at("names").empty())
            return core::line_from_json(one.at("names").at(0));
        }
        return std::string();
      });
  return found.value_or("");
}

}  // namespace

std::vector<ContainerName> read_names(const Host& host, const Inventory& inventory) {
  std::vector<ContainerName> names;
  const auto add = [&](const std::string& manager, const std::string& managed) {
    const bool is_docker = manager == "docker";
    if (!is_docker && manager != "podman") return;
    ContainerName one{manager, managed, ""};
    const auto same = [&](const ContainerName& other) {
      return other.engine == one.engine && other.id == one.id;
    };
    if (std::ranges::any_of(names, same)) return;
    one.name = is_docker ? docker_name(host, one.id) : podman_name(host, one.id);
    if (!one.name.empty()) names.push_back(std::move(one));
  };
  for (const auto& holder : inventory.holders) add(holder.manager, holder.managed);
  for (const auto& container : inventory.running_containers) add(container.manager, container.managed);
  return names;
}

}  // namespace gpupass::container
