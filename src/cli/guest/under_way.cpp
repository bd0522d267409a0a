// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/under_way.hpp"

#include <fmt/format.h>

#include "cli/guest/files.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_folder = "/var/lib/gpupass/guests";
constexpr std::string_view k_suffix = ".json";

std::string path_of(const std::string& name) {
  return fmt::format("{}/{}{}", k_folder, name, k_suffix);
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

Result<std::vector<UnderWay>> load_all_under_way(const Host& host) {
  std::vector<UnderWay> all;
  const auto names = host.list(k_folder);
  if (!names && names.error().kind == ErrorKind::not_found) return all;
  if (!names) return Failure(names.error());
  for (const auto& file : *names) {
    if (!file.ends_with(k_suffix)) continue;  // one that a power cut left half-written
    GPUPASS_TRY_ASSIGN(auto guest, load_under_way(host, file.substr(0, file.size() - k_suffix.size())));
    if (guest) all.push_back(*std::move(guest));
  }
  return all;
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

Result<void> undo_create(Host& host, const UnderWay& guest) {
  GPUPASS_TRY(remove_files(host, guest.files));
  return remove_under_way(host, guest.name);
}

std::string under_way_lock(const std::string& name) {
  return "guest-" + name;
}

}  // namespace gpupass::cli
