// SPDX-License-Identifier: GPL-2.0-or-later
// A plan as JSON, as the journal keeps it and `--dry-run --format json` prints it. Fields are only
// ever added, so that an old journal can be read after an upgrade.
#include <array>

#include "apply/steps.hpp"
#include "gpupass/core/identity_json.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/plan.hpp"

namespace gpupass {
namespace {

constexpr std::array k_directions = {
    core::Name<Direction>{Direction::take, "take"},
    core::Name<Direction>{Direction::give_back, "give-back"},
    core::Name<Direction>{Direction::borrow, "borrow"},
};

Direction direction_from(const core::Json& json) {
  const auto text = json.get<std::string>();
  if (const auto direction = core::value_in(k_directions, text)) return *direction;
  throw nlohmann::json::type_error::create(302, "'" + text + "' is not a direction", &json);
}

}  // namespace

std::string to_json(const Plan& plan) {
  core::Json json{{"schema", "gpupass.plan/1"},
                  {"command", plan.command},
                  {"direction", core::name_in(k_directions, plan.direction)},
                  {"uri", plan.uri},
                  {"devices", core::Json::array()},
                  {"identities", core::Json::object()},
                  {"files", plan.files},
                  {"steps", core::Json::array()}};
  for (const auto& device : plan.devices) json["devices"].push_back(to_string(device));
  for (const auto& [device, identity] : plan.identities)
    json["identities"][to_string(device)] = core::to_json(identity);
  for (const auto& step : plan.steps) json["steps"].push_back(apply::to_json_value(step));
  return json.dump();
}

Result<Plan> plan_from_json(const std::string& text) {
  return core::read_json(text, "plan", [](const core::Json& json) {
    Plan plan;
    plan.command = core::line_from_json(json.at("command"));
    plan.direction = direction_from(json.at("direction"));
    plan.uri = core::line_from_json(json.at("uri"));
    for (const auto& device : json.at("devices")) plan.devices.push_back(core::device_name_from_json(device));
    // A journal of an earlier gpupass has none.
    const auto identities = json.value("identities", core::Json::object());
    for (const auto& [device, identity] : identities.items())
      plan.identities.emplace(core::address_from_json(device), core::identity_from_json(identity));
    if (json.contains("files")) plan.files = core::line_from_json(json.at("files"));
    for (const auto& step : json.at("steps")) plan.steps.push_back(apply::step_from_json(step));
    return plan;
  });
}

}  // namespace gpupass
