// SPDX-License-Identifier: GPL-2.0-or-later
// What a CDI file says, and why engines would leave it out: the loader of container-device-interface refuses
// a file for one field that it does not know.
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "container/cdi_version.hpp"
#include "container/yaml.hpp"
#include "gpupass/container/cdi.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::container {
namespace {

using core::Json;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Letters and digits, and the marks between them.
bool is_name(std::string_view name, std::string_view marks) {
  return !name.empty() && is_alphanumeric(name.front()) && is_alphanumeric(name.back()) &&
         std::ranges::all_of(name, [&](char c) { return is_alphanumeric(c) || marks.find(c) != marks.npos; });
}

bool is_kind(std::string_view kind) {
  const auto slash = kind.find('/');
  return slash != kind.npos && is_name(kind.substr(0, slash), "_-.") &&
         is_name(kind.substr(slash + 1), "_-.");
}

class Reading {
 public:
  explicit Reading(CdiFile& file) : file_(file) {}

  void specification(const Json& json) {
    known(json, {"cdiVersion", "kind", "annotations", "devices", "containerEdits"});
    file_.version = core::line_from_json(json.at("cdiVersion"));
    file_.kind = core::line_from_json(json.at("kind"));
    if (!is_kind(file_.kind)) fault(fmt::format("its kind '{}' is not VENDOR/CLASS", file_.kind));
    if (json.contains("containerEdits")) file_.common = edits(json.at("containerEdits"));
    for (const auto& one : json.value("devices", Json::array())) device(one);
    if (file_.devices.empty()) fault("it defines no device");
    const auto lowest = lowest_version(json);
    if (is_older(file_.version, lowest))
      fault(fmt::format("it states version {}, but its content needs {}", file_.version, lowest));
  }

 private:
  void fault(std::string what) {
    if (std::ranges::find(file_.faults, what) == file_.faults.end()) file_.faults.push_back(std::move(what));
  }

  void known(const Json& json, std::initializer_list<std::string_view> fields) {
    for (const auto& [name, value] : json.items()) {
      if (std::ranges::find(fields, name) == fields.end())
        fault(fmt::format("it has a field '{}', which no version knows", core::printable(name)));
    }
  }

  void device(const Json& json) {
    known(json, {"name", "annotations", "containerEdits"});
    const auto name = core::line_from_json(json.at("name"));
    if (!is_name(name, "_-.:")) fault(fmt::format("'{}' is not a device's name", name));
    if (!names_.insert(name).second) fault(fmt::format("it defines '{}' twice", name));
    const auto empty = Json::object();
    const auto& changes = json.contains("containerEdits") ? json.at("containerEdits") : empty;
    const bool has_any = std::ranges::any_of(changes, [](const Json& value) { return !value.empty(); });
    if (!has_any) fault(fmt::format("'{}' has empty device edits", name));
    file_.devices.push_back({name, edits(changes)});
  }

  std::vector<CdiPath> edits(const Json& json) {
    known(json, {"env", "deviceNodes", "netDevices", "hooks", "mounts", "intelRdt", "additionalGids"});
    std::vector<CdiPath> paths;
    for (const auto& node : json.value("deviceNodes", Json::array())) {
      known(node, {"path", "hostPath", "type", "major", "minor", "fileMode", "permissions", "uid", "gid"});
      const auto path = core::line_from_json(node.at("path"));
      CdiPath one{node.contains("hostPath") ? core::line_from_json(node.at("hostPath")) : path};
      if (node.contains("major"))
        one.number =
            fmt::format("{}:{}", core::number_from_json<std::uint32_t>(node.at("major")),
                        node.contains("minor") ? core::number_from_json<std::uint32_t>(node.at("minor")) : 0);
      paths.push_back(std::move(one));
    }
    for (const auto& mount : json.value("mounts", Json::array())) {
      known(mount, {"hostPath", "containerPath", "options", "type"});
      paths.push_back({core::line_from_json(mount.at("hostPath"))});
    }
    for (const auto& hook : json.value("hooks", Json::array())) {
      known(hook, {"hookName", "path", "args", "env", "timeout"});
      paths.push_back({core::line_from_json(hook.at("path"))});
    }
    return paths;
  }

  CdiFile& file_;
  std::set<std::string> names_;
};

/// JSON is YAML, too, and engines read either in a file of either name.
Result<Json> parse(const std::string& path, const std::string& text) {
  return core::trim(text).starts_with('{') ? core::parse_json(text, path) : parse_yaml(text, path);
}

std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

CdiFile read_cdi(const std::string& path, const std::string& text) {
  CdiFile file{path};
  const auto json = parse(path, text);
  if (!json) {
    file.unread = json.error().what;
  } else if (!json->is_object()) {
    file.unread = path + ": is not a CDI specification";
  } else {
    const auto read = core::take_from_json(path, [&] {
      Reading(file).specification(*json);
      return true;
    });
    if (!read) file.unread = read.error().what;
  }
  return file;
}

std::vector<CdiName> names_of(const std::vector<CdiFile>& files) {
  std::map<std::string, CdiName> names;
  for (const auto& file : files) {
    if (!file.unread.empty() || !file.faults.empty()) continue;
    for (const auto& device : file.devices) {
      auto& name = names[file.kind + "=" + device.name];
      name.name = file.kind + "=" + device.name;
      if (!name.files.empty() && folder_of(name.files.front()) != folder_of(file.path)) {
        name.hidden.insert(name.hidden.end(), name.files.begin(), name.files.end());
        name.files.clear();
      }
      name.files.push_back(file.path);
    }
  }
  std::vector<CdiName> all;
  for (auto& [key, name] : names) all.push_back(std::move(name));
  return all;
}

}  // namespace gpupass::container
