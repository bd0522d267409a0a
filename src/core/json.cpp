// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/json.hpp"

#include <fmt/format.h>

#include "gpupass/core/printable.hpp"

namespace gpupass::core {

Result<void> within_limits(std::string_view text, const std::string& origin, const JsonLimits& limits) {
  const auto too = [&](const char* what, std::size_t limit, const char* unit) {
    return fail(ErrorKind::invalid, fmt::format("{}: {} than {}{}", origin, what, limit, unit));
  };
  if (text.size() > limits.bytes) return too("is larger", limits.bytes, " bytes");
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '[' || text[at] == '{') {
      if (++depth > limits.depth) return too("is nested more deeply", limits.depth, "");
    } else if (text[at] == ']' || text[at] == '}') {
      depth -= depth > 0 ? 1U : 0U;
    } else if (text[at] == '"') {
      const auto begin = at + 1;
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1U : 0U;
      if (at - begin > limits.string_bytes) return too("has a longer string", limits.string_bytes, " bytes");
    }
  }
  return {};
}

Result<Json> parse_json(const std::string& text, const std::string& origin, const JsonLimits& limits) {
  GPUPASS_TRY(within_limits(text, origin, limits));
  return take_from_json(origin, [&] { return Json::parse(text); });
}

std::string line_from_json(const Json& json) {
  auto text = json.get<std::string>();
  if (is_printable(text)) return text;
  throw nlohmann::json::type_error::create(302, "'" + printable(text) + "' has control characters", &json);
}

PciAddress address_from_json(const Json& json) {
  const auto text = json.get<std::string>();
  if (const auto address = parse_pci_address(text)) return *address;
  throw nlohmann::json::type_error::create(302, "'" + text + "' is not a PCI address", &json);
}

DeviceName device_name_from_json(const Json& json) {
  const auto text = json.get<std::string>();
  if (auto name = parse_device_name(text)) return *std::move(name);
  throw nlohmann::json::type_error::create(302, "'" + text + "' is neither a PCI address nor a UUID", &json);
}

}  // namespace gpupass::core
