// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/json.hpp"

#include "core/printable.hpp"

namespace gpupass::core {

Result<Json> parse_json(const std::string& text, const std::string& origin) {
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

}  // namespace gpupass::core
