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

/// Up to gpupass.hold/3 only domains could have a device: the first one, and those that share it.
std::vector<Owner> domains_of_third_schema(const core::Json& json) {
  std::vector<Owner> owners;
  const auto add = [&](const core::Json& one) {
    owners.push_back({core::line_from_json(one.at("domain")), core::line_from_json(one.at("uri"))});
  };
  if (core::line_from_json(json.at("domain")).empty()) return owners;
  add(json);
  for (const auto& sharer : json.value("shared_with", core::Json::array())) add(sharer);
  return owners;
}

std::vector<Owner> owners_from_json(const core::Json& json) {
  std::vector<Owner> owners;
  for (const auto& one : json) {
    const auto kind = owner_kind(core::line_from_json(one.at("kind")));
    if (!kind) throw core::Json::other_error::create(501, "there is no owner of that kind", &one);
    owners.push_back({core::line_from_json(one.at("name")), core::line_from_json(one.at("where")), *kind});
  }
  return owners;
}

}  // namespace

std::string to_json(const Hold& hold) {
  auto owners = core::Json::array();
  for (const auto& owner : hold.owners)
    owners.push_back({{"kind", tenant_of(owner.kind).name}, {"name", owner.name}, {"where", owner.where}});
  core::Json json{{"schema", "gpupass.hold/4"}, {"device", to_string(hold.device)}};
  if (hold.device.function() != nullptr) json["identity"] = core::to_json(hold.identity);
  json.update({{"original_driver", hold.original_driver},
               {"original_override", hold.original_override},
               {"bound", hold.bound},
               {"owners", owners},
               {"lend", hold.lend},
               {"lent_to", hold.lent_to},
               {"since", hold.since},
               {"boot_id", hold.boot_id}});
  return json.dump();
}

Result<Hold> hold_from_json(const std::string& text) {
  return core::read_json(text, "hold", [](const core::Json& json) {
    Hold hold;
    hold.device = core::device_name_from_json(json.at("device"));
    if (json.contains("identity"))
      hold.identity = core::identity_from_json(json.at("identity"));
    else if (hold.device.function() != nullptr)
      hold.identity = identity_of_first_schema(json);
    hold.original_driver = core::line_from_json(json.at("original_driver"));
    hold.original_override = core::line_from_json(json.at("original_override"));
    hold.bound = json.at("bound");
    hold.owners =
        json.contains("owners") ? owners_from_json(json.at("owners")) : domains_of_third_schema(json);
    hold.lend = json.value("lend", false);
    hold.lent_to = json.contains("lent_to") ? core::line_from_json(json.at("lent_to")) : "";
    hold.since = core::line_from_json(json.at("since"));
    hold.boot_id = core::line_from_json(json.at("boot_id"));
    return hold;
  });
}

}  // namespace gpupass
