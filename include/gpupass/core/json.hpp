// SPDX-License-Identifier: GPL-2.0-or-later
// JSON with fields in the order they were given, and the one way to read it from outside: with limits, and
// one kind of error.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gpupass/device_name.hpp"
#include "gpupass/error.hpp"

namespace gpupass::core {

using Json = nlohmann::ordered_json;

/// A text that is empty if there is none.
[[nodiscard]] inline Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

/// What a text from outside may be before a tree is made of it: one takes some thirty times its text, and
/// what walks it calls itself once a level.
struct JsonLimits {
  std::size_t bytes = std::size_t{16} << 20U;
  std::size_t depth = 64;                            // of arrays and objects in each other
  std::size_t string_bytes = std::size_t{8} << 20U;  // of one string: a domain's XML has 4 MiB at most
};

/// Error: invalid, naming `origin` and the limit. Whether it is JSON at all is not looked at.
[[nodiscard]] Result<void> within_limits(std::string_view text, const std::string& origin,
                                         const JsonLimits& limits = {});

/// Error: invalid, naming `origin` (a path) and the place in the text, or the limit.
[[nodiscard]] Result<Json> parse_json(const std::string& text, const std::string& origin,
                                      const JsonLimits& limits = {});

/// Runs a function that takes values out of JSON (which throws on a missing field or a wrong type)
/// and makes an error of kind invalid of what it throws.
template <class Function>
[[nodiscard]] auto take_from_json(const std::string& origin, Function function)
    -> Result<decltype(function())> {
  try {
    return function();
  } catch (const nlohmann::json::parse_error& error) {  // whose text quotes what it read: it may be a secret
    return fail(ErrorKind::invalid, origin + ": not JSON from byte " + std::to_string(error.byte) + " on");
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::invalid, origin + ": " + error.what());
  }
}

/// Both: what a function takes out of a text from outside.
template <class Function>
[[nodiscard]] auto read_json(const std::string& text, const std::string& origin, Function function,
                             const JsonLimits& limits = {}) -> Result<decltype(function(Json()))> {
  GPUPASS_TRY_ASSIGN(const auto json, parse_json(text, origin, limits));
  return take_from_json(origin, [&] { return function(json); });
}

/// A whole number that the type can hold; throws likewise where it is none: without this a fraction is cut,
/// and what is too large becomes another number.
template <class Number>
[[nodiscard]] Number number_from_json(const Json& json) {
  static_assert(std::is_integral_v<Number>);
  const bool fits = json.is_number_unsigned()  ? std::in_range<Number>(json.get<std::uint64_t>())
                    : json.is_number_integer() ? std::in_range<Number>(json.get<std::int64_t>())
                                               : false;
  if (fits) return json.get<Number>();
  throw nlohmann::json::type_error::create(302, "is not a whole number of that size", &json);
}

/// The text of a field that will be shown; throws likewise where it has control characters, which nothing has
/// that gpupass wrote.
[[nodiscard]] std::string line_from_json(const Json& json);

/// The text of a field as an address; throws nlohmann::json::exception-compatible errors through
/// take_from_json when it is none.
[[nodiscard]] PciAddress address_from_json(const Json& json);
/// The same of a device's name.
[[nodiscard]] DeviceName device_name_from_json(const Json& json);

}  // namespace gpupass::core
