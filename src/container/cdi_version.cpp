// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/cdi_version.hpp"

#include <algorithm>
#include <array>

#include "gpupass/core/text.hpp"

namespace gpupass::container {
namespace {

using core::Json;

std::array<std::uint64_t, 3> numbers_of(const std::string& version) {
  std::array<std::uint64_t, 3> numbers{};
  const auto parts = core::split(version, '.');
  for (std::size_t i = 0; i < std::min(parts.size(), numbers.size()); ++i)
    numbers.at(i) = core::parse_number(parts[i]).value_or(0);
  return numbers;
}

bool has_items(const Json& edits, const char* field) {
  return edits.contains(field) && !edits.at(field).empty();
}

bool any(const Json& edits, const char* list, const char* field) {
  return has_items(edits, list) && std::ranges::any_of(edits.at(list), [&](const Json& one) {
           return one.contains(field) && one.at(field) != "";
         });
}

/// SPEC.md, "Changes": what came with which version.
std::string version_of_edits(const Json& edits) {
  if (has_items(edits, "netDevices")) return "1.1.0";
  if (has_items(edits, "additionalGids") || edits.contains("intelRdt")) return "0.7.0";
  if (any(edits, "deviceNodes", "hostPath")) return "0.5.0";
  return any(edits, "mounts", "type") ? "0.4.0" : "0.3.0";
}

bool starts_with_letter(const std::string& name) {
  return !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z'));
}

}  // namespace

bool is_older(const std::string& version, const std::string& than) {
  return numbers_of(version) < numbers_of(than);
}

std::string lowest_version(const Json& specification) {
  std::string lowest = "0.3.0";
  const auto needs = [&](const std::string& version) {
    if (is_older(lowest, version)) lowest = version;
  };
  const auto kind = specification.value("kind", "");
  if (kind.find('.', std::min(kind.find('/'), kind.size())) != std::string::npos) needs("0.6.0");
  if (has_items(specification, "annotations")) needs("0.6.0");
  if (specification.contains("containerEdits")) needs(version_of_edits(specification.at("containerEdits")));
  for (const auto& device : specification.value("devices", Json::array())) {
    if (has_items(device, "annotations")) needs("0.6.0");
    if (!starts_with_letter(device.value("name", ""))) needs("0.5.0");
    if (device.contains("containerEdits")) needs(version_of_edits(device.at("containerEdits")));
  }
  return lowest;
}

}  // namespace gpupass::container
