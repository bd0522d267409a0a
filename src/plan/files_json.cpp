// SPDX-License-Identifier: GPL-2.0-or-later
// Files as JSON, as the journal keeps them. Fields are only ever added, so that an old journal can be read
// after an upgrade.
#include "gpupass/core/json.hpp"

#include "gpupass/plan.hpp"

namespace gpupass {
namespace {

using core::Json;

Json to_json_value(const std::vector<FileContent>& files) {
  auto json = Json::array();
  for (const auto& file : files) {
    json.push_back(
        {{"path", file.path}, {"text", file.text ? Json(*file.text) : Json()}, {"mode", file.mode}});
  }
  return json;
}

std::vector<FileContent> files_from(const Json& json) {
  std::vector<FileContent> files;
  for (const auto& file : json) {
    FileContent content{core::line_from_json(file.at("path")), {}, file.at("mode")};
    if (!file.at("text").is_null()) content.text = file.at("text").get<std::string>();
    files.push_back(std::move(content));
  }
  return files;
}

}  // namespace

std::string to_json(const std::vector<FileContent>& files) {
  return to_json_value(files).dump();
}

Result<std::vector<FileContent>> files_from_json(const std::string& text) {
  return core::read_json(text, "files", files_from);
}

}  // namespace gpupass
