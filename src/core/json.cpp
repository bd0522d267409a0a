// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/json.hpp"

namespace gpupass::core {

Result<Json> parse_json(const std::string& text, const std::string& origin) {
  return take_from_json(origin, [&] { return Json::parse(text); });
}

PciAddress address_from_json(const Json& json) {
  const auto text = json.get<std::string>();
  if (const auto address = parse_pci_address(text)) return *address;
  throw nlohmann::json::type_error::create(302, "'" + text + "' is not a PCI address", &json);
}

}  // namespace gpupass::core
