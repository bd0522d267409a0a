// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/plans.hpp"

namespace gpupass::report {

core::Json to_json(const Hold& hold) {
  auto json = core::Json::parse(gpupass::to_json(hold));
  json.erase("schema");
  json["ids"] = ids_text(hold.identity);
  // The domains among the owners once more, as programs know them from before there were others.
  json.update({{"domain", ""}, {"uri", ""}, {"shared_with", core::Json::array()}});
  for (const auto& owner : hold.owners) {
    if (owner.kind != OwnerKind::domain) continue;
    const core::Json domain{{"domain", owner.name}, {"uri", owner.where}};
    if (json["domain"] == "") {
      json.update(domain);
    } else {
      json["shared_with"].push_back(domain);
    }
  }
  return json;
}

core::Json to_json(const std::vector<Step>& steps) {
  Plan plan;
  plan.steps = steps;
  auto json = core::Json::parse(gpupass::to_json(plan)).at("steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (const auto* const keep = std::get_if<KeepHold>(&steps[i]))
      json[i]["hold"] = report::to_json(keep->hold);
  }
  return json;
}

}  // namespace gpupass::report
