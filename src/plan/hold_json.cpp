// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/json.hpp"
#include "gpupass/hold.hpp"

namespace gpupass {

std::string to_json(const Hold& hold) {
  return core::Json{{"schema", "gpupass.hold/1"},
                    {"device", to_string(hold.device)},
                    {"vendor", hold.vendor},
                    {"device_id", hold.device_id},
                    {"original_driver", hold.original_driver},
                    {"original_override", hold.original_override},
                    {"bound", hold.bound},
                    {"domain", hold.domain},
                    {"uri", hold.uri},
                    {"since", hold.since},
                    {"boot_id", hold.boot_id}}
      .dump();
}

Result<Hold> hold_from_json(const std::string& text) {
  return core::read_json(text, "hold", [](const core::Json& json) {
    Hold hold;
    hold.device = core::address_from_json(json.at("device"));
    hold.vendor = core::number_from_json<std::uint16_t>(json.at("vendor"));
    hold.device_id = core::number_from_json<std::uint16_t>(json.at("device_id"));
    hold.original_driver = core::line_from_json(json.at("original_driver"));
    hold.original_override = core::line_from_json(json.at("original_override"));
    hold.bound = json.at("bound");
    hold.domain = core::line_from_json(json.at("domain"));
    hold.uri = core::line_from_json(json.at("uri"));
    hold.since = core::line_from_json(json.at("since"));
    hold.boot_id = core::line_from_json(json.at("boot_id"));
    return hold;
  });
}

}  // namespace gpupass
