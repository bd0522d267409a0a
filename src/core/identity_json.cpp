// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/identity_json.hpp"

#include <fmt/format.h>

#include <limits>
#include <tuple>
#include <utility>

#include "gpupass/core/text.hpp"

namespace gpupass::core {
namespace {

/// "0x030000", as sysfs writes it.
template <class Number>
Number number_from(const Json& json) {
  const auto text = json.get<std::string>();
  const auto number =
      text.starts_with("0x") ? parse_number(std::string_view(text).substr(2), 16) : std::nullopt;
  if (number && *number <= std::numeric_limits<Number>::max()) return static_cast<Number>(*number);
  throw nlohmann::json::type_error::create(302, "is not a hexadecimal number of that size", &json);
}

std::string pair_text(std::uint16_t vendor, std::uint16_t device) {
  return fmt::format("{:04x}:{:04x}", vendor, device);
}

/// "10de:2330".
std::pair<std::uint16_t, std::uint16_t> pair_from(const Json& json) {
  constexpr std::size_t k_digits = 4;
  const auto text = json.get<std::string>();
  const bool plain =
      text.find_first_not_of("0123456789abcdef:") == std::string::npos;  // "0x10" is 4 long, too
  if (plain && text.size() == 2 * k_digits + 1 && text[k_digits] == ':') {
    const auto vendor = parse_number(std::string_view(text).substr(0, k_digits), 16);
    const auto device = parse_number(std::string_view(text).substr(k_digits + 1), 16);
    if (vendor && device) return {static_cast<std::uint16_t>(*vendor), static_cast<std::uint16_t>(*device)};
  }
  throw nlohmann::json::type_error::create(302, "is not a pair of ids (10de:2330)", &json);
}

/// Before hold/3 each id was a number by itself: "0x10de".
void take_single_ids(const Json& json, Identity& identity) {
  identity.vendor = number_from<std::uint16_t>(json.at("vendor"));
  identity.device = number_from<std::uint16_t>(json.at("device"));
  identity.subsystem_vendor = number_from<std::uint16_t>(json.at("subsystem_vendor"));
  identity.subsystem_device = number_from<std::uint16_t>(json.at("subsystem_device"));
}

void take_ids(const Json& json, Identity& identity) {
  if (json.contains("vendor")) return take_single_ids(json, identity);
  std::tie(identity.vendor, identity.device) = pair_from(json.at("ids"));
  std::tie(identity.subsystem_vendor, identity.subsystem_device) = pair_from(json.at("subsystem_ids"));
}

}  // namespace

Json to_json(const Identity& identity) {
  Json json{{"ids", pair_text(identity.vendor, identity.device)},
            {"subsystem_ids", pair_text(identity.subsystem_vendor, identity.subsystem_device)},
            {"class", fmt::format("{:#08x}", identity.class_code)},
            {"place", identity.place},
            {"serials", Json::object()}};
  for (const auto& [source, serial] : identity.serials) json["serials"][source] = serial;
  return json;
}

Identity identity_from_json(const Json& json) {
  Identity identity;
  take_ids(json, identity);
  identity.class_code = number_from<std::uint32_t>(json.at("class"));
  identity.place = line_from_json(json.at("place"));
  for (const auto& [source, serial] : json.at("serials").items())
    identity.serials.emplace(source, line_from_json(serial));
  return identity;
}

}  // namespace gpupass::core
