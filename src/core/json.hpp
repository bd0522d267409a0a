// SPDX-License-Identifier: GPL-2.0-or-later
// JSON with fields in the order they were given, and reading it with one kind of error.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gpupass/error.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass::core {

using Json = nlohmann::ordered_json;

/// Error: invalid, naming `origin` (a path) and the place in the text.
[[nodiscard]] Result<Json> parse_json(const std::string& text, const std::string& origin);

/// Runs a function that takes values out of JSON (which throws on a missing field or a wrong type)
/// and makes an error of kind invalid of what it throws.
template <class Function>
[[nodiscard]] auto take_from_json(const std::string& origin, Function function)
    -> Result<decltype(function())> {
  try {
    return function();
  } catch (const nlohmann::json::parse_error& error) {  // whose text quotes what it read: it may be a secret
    return fail(ErrorKind::invalid, origin + ": no JSON from byte " + std::to_string(error.byte) + " on");
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::invalid, origin + ": " + error.what());
  }
}

/// The text of a field that will be shown; throws likewise where it has control characters, which nothing has
/// that gpupass wrote.
[[nodiscard]] std::string line_from_json(const Json& json);

/// The text of a field as an address; throws nlohmann::json::exception-compatible errors through
/// take_from_json when it is none.
[[nodiscard]] PciAddress address_from_json(const Json& json);

}  // namespace gpupass::core
