// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/identity_json.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/hold.hpp"

namespace gpupass {
namespace {

/// gpupass.hold/1 knew of a device what it is a model of, and no more.
Identity identity_of_first_schema(const core::Json& json) {
  Identity identity;
  identity.vendor = json.at("vendor");
  identity.device = json.at("device_id");
  return identity;
}

}  // namespace

std::string to_json(const Hold& hold) {
  auto sharers = core::Json::array();
  for (const auto& sharer : hold.shared_with)
    sharers.push_back({{"domain", sharer.domain}, {"uri", sharer.uri}});
  return core::Json{{"schema", "gpupass.hold/3"},
                    {"device", to_string(hold.device)},
                    {"identity", core::to_json(hold.identity)},
                    {"original_driver", hold.original_driver},
                    {"original_override", hold.original_override},
                    {"bound", hold.bound},
                    {"domain", hold.domain},
                    {"uri", hold.uri},
                    {"shared_with", sharers},
                    {"lend", hold.lend},
                    {"lent_to", hold.lent_to},
                    {"since", hold.since},
                    {"boot_id", hold.boot_id}}
      .dump();
}

Result<Hold> hold_from_json(const std::string& text) {
  return core::read_json(text, "hold", [](const core::Json& json) {
    Hold hold;
    hold.device = core::address_from_json(json.at("device"));
    hold.identity = json.contains("identity") ? core::identity_from_json(json.at("identity"))
                                              : identity_of_first_schema(json);
    hold.original_driver = core::line_from_json(json.at("original_driver"));
    hold.original_override = core::line_from_json(json.at("original_override"));
    hold.bound = json.at("bound");
    hold.domain = core::line_from_json(json.at("domain"));
    hold.uri = core::line_from_json(json.at("uri"));
    for (const auto& sharer : json.value("shared_with", core::Json::array()))
      hold.shared_with.push_back(
          {core::line_from_json(sharer.at("domain")), core::line_from_json(sharer.at("uri"))});
    hold.lend = json.value("lend", false);
    hold.lent_to = json.contains("lent_to") ? core::line_from_json(json.at("lent_to")) : "";
    hold.since = core::line_from_json(json.at("since"));
    hold.boot_id = core::line_from_json(json.at("boot_id"));
    return hold;
  });
}

}  // namespace gpupass
