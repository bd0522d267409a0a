// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/cdi_record.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/container/cdi.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/session/container.hpp"

namespace gpupass::session {
namespace {

using core::Json;

constexpr std::size_t k_largest_file = std::size_t{16} << 20U;

std::string to_json(const std::vector<DescribedFile>& all) {
  auto files = Json::array();
  for (const auto& one : all) {
    files.push_back({{"path", one.path}, {"text", one.text}});
    if (!one.away.empty()) files.back()["away"] = one.away;
  }
  return Json{{"schema", "gpupass.cdi/1"}, {"files", std::move(files)}}.dump() + "\n";
}

DescribedFile file_from(const Json& json) {
  DescribedFile file{core::line_from_json(json.at("path")), json.at("text").get<std::string>(), {}};
  if (json.contains("away")) {  // not in a record of an earlier gpupass
    for (const auto& name : json.at("away")) file.away.push_back(core::line_from_json(name));
  }
  return file;
}

}  // namespace

Result<std::vector<DescribedFile>> described_files(const Host& host) {
  const auto text = host.read(k_cdi_record, k_largest_file);
  if (!text && text.error().kind == ErrorKind::not_found) return std::vector<DescribedFile>{};
  if (!text) return Failure(text.error());
  return core::read_json(*text, k_cdi_record, [](const Json& json) {
    std::vector<DescribedFile> all;
    for (const auto& file : json.at("files")) all.push_back(file_from(file));
    return all;
  });
}

Result<void> refuse_foreign(const Host& host, const std::vector<DescribedFile>& files,
                            const std::string& path) {
  const auto now = host.read(path, k_largest_file);
  if (!now && now.error().kind == ErrorKind::not_found) return {};
  if (!now) return Failure(now.error());
  const auto written = std::ranges::find(files, path, &DescribedFile::path);
  const bool known = written != files.end();
  if (known && written->text == *now) return {};
  if (!known && container::read_cdi(path, *now).kind != container::k_kind)
    return fail(ErrorKind::refused, fmt::format("{} exists, and is not gpupass's", path),
                "nothing was changed; name another file by --output");
  return fail(
      ErrorKind::refused,
      fmt::format("{} is not as gpupass wrote it: somebody changed it, or its record is missing", path),
      fmt::format("nothing was changed; `rm {}` if the change is not needed, then write it again", path));
}

SetFiles describe_step(std::string purpose, const std::vector<DescribedFile>& changed,
                       const std::vector<DescribedFile>& all) {
  SetFiles step{std::move(purpose), {}, {}, {}};
  for (const auto& file : changed)
    step.files.push_back({file.path, file.text.empty() ? std::nullopt : std::optional(file.text)});
  step.files.push_back({k_cdi_record, all.empty() ? std::nullopt : std::optional(to_json(all))});
  return step;
}

Result<void> lock_descriptions(World& world, const Manner& manner, const std::string& doing, Locks& locks) {
  return lock_file(world, manner, doing, "containers", k_cdi_record, locks);
}

}  // namespace gpupass::session
