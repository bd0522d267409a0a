// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/under_way.hpp"

#include <fmt/format.h>

#include "cli/guest/files.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_folder = "/var/lib/gpupass/guests";

std::string path_of(const std::string& name) {
  return fmt::format("{}/{}.json", k_folder, name);
}

}  // namespace

Result<std::optional<UnderWay>> load_under_way(const Host& host, const std::string& name) {
  const auto path = path_of(name);
  const auto text = host.read(path);
  if (!text && text.error().kind == ErrorKind::not_found) return std::optional<UnderWay>();
  const auto unreadable = [&](Error error) {
    return damaged(std::move(error), "then remove what was made for the guest by hand");
  };
  if (!text) return unreadable(text.error());
  auto guest = core::read_json(*text, path, [](const core::Json& json) {
    return UnderWay{core::line_from_json(json.at("name")), core::line_from_json(json.at("uri")),
                    json.at("files").get<std::vector<std::string>>()};
  });
  if (!guest) return unreadable(std::move(guest).error());
  if (guest->name != name)
    return unreadable({ErrorKind::invalid, fmt::format("{}: is about {}", path, guest->name), "", {}, {}});
  return std::optional(*std::move(guest));
}

Result<Records<UnderWay>> read_all_under_way(const Host& host) {
  return load_records<UnderWay>(host, k_folder,
                                [&](const std::string& name) { return load_under_way(host, name); });
}

Result<void> save_under_way(Host& host, const UnderWay& guest) {
  const core::Json json{{"schema", "gpupass.guest-under-way/1"},
                        {"name", guest.name},
                        {"uri", guest.uri},
                        {"files", guest.files}};
  return write_record(host, path_of(guest.name), json.dump());
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
