// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/identity_json.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/text.hpp"

namespace gpupass::core {
namespace {

std::string hex(std::uint32_t number, int digits) {
  return fmt::format("{:#0{}x}", number, digits + 2);
}

/// "0x10de", as sysfs and gpupass's other documents write it.
template <class Number>
Number number_from(const Json& json) {
  const auto text = json.get<std::string>();
  const auto number =
      text.starts_with("0x") ? parse_number(std::string_view(text).substr(2), 16) : std::nullopt;
  if (number && *number <= std::numeric_limits<Number>::max()) return static_cast<Number>(*number);
  throw nlohmann::json::type_error::create(302, "is no hexadecimal number of that size", &json);
}

}  // namespace

Json to_json(const Identity& identity) {
  Json json{{"vendor", hex(identity.vendor, 4)},
            {"device", hex(identity.device, 4)},
            {"subsystem_vendor", hex(identity.subsystem_vendor, 4)},
            {"subsystem_device", hex(identity.subsystem_device, 4)},
            {"class", hex(identity.class_code, 6)},
            {"place", identity.place},
            {"serials", Json::object()}};
  for (const auto& [source, serial] : identity.serials) json["serials"][source] = serial;
  return json;
}

Identity identity_from_json(const Json& json) {
  Identity identity;
  identity.vendor = number_from<std::uint16_t>(json.at("vendor"));
  identity.device = number_from<std::uint16_t>(json.at("device"));
  identity.subsystem_vendor = number_from<std::uint16_t>(json.at("subsystem_vendor"));
  identity.subsystem_device = number_from<std::uint16_t>(json.at("subsystem_device"));
  identity.class_code = number_from<std::uint32_t>(json.at("class"));
  identity.place = line_from_json(json.at("place"));
  for (const auto& [source, serial] : json.at("serials").items())
    identity.serials.emplace(source, line_from_json(serial));
  return identity;
}

}  // namespace gpupass::core
