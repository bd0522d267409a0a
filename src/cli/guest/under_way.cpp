// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/under_way.hpp"

#include <fmt/format.h>

#include "gpupass/core/json.hpp"

namespace gpupass::cli {
namespace {

std::string path_of(const std::string& name) {
  return fmt::format("/var/lib/gpupass/guests/{}.json", name);
}

}  // namespace

Result<std::optional<UnderWay>> load_under_way(const Host& host, const std::string& name) {
  const auto path = path_of(name);
  const auto text = host.read(path);
  if (!text && text.error().kind == ErrorKind::not_found) return std::optional<UnderWay>();
  if (!text) return Failure(text.error());
  return core::read_json(*text, path, [](const core::Json& json) {
    return std::optional(UnderWay{core::line_from_json(json.at("name")), core::line_from_json(json.at("uri")),
                                  json.at("files").get<std::vector<std::string>>()});
  });
}

Result<void> save_under_way(Host& host, const UnderWay& guest) {
  const core::Json json{{"schema", "gpupass.guest-under-way/1"},
                        {"name", guest.name},
                        {"uri", guest.uri},
                        {"files", guest.files}};
  return host.write_file(path_of(guest.name), json.dump() + "\n");
}

Result<void> remove_under_way(Host& host, const std::string& name) {
  return host.remove_file(path_of(name));
}

std::string under_way_lock(const std::string& name) {
  return "guest-" + name;
}

}  // namespace gpupass::cli
