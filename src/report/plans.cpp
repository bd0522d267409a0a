// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/plans.hpp"

#include <fmt/format.h>

#include "gpupass/core/wrap.hpp"
#include "gpupass/report/findings.hpp"

namespace gpupass::report {

core::Json to_json(const Hold& hold) {
  auto json = core::Json::parse(gpupass::to_json(hold));
  json.erase("schema");
  const bool is_function = hold.device.function() != nullptr;
  json["ids"] = is_function ? core::Json(ids_text(hold.identity)) : core::Json();
  if (!is_function) json["identity"] = nullptr;
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

std::string dry_run_text(const Plan& plan, const std::string& outcome, int columns) {
  const auto step = [&](std::size_t index, const std::string& text) {
    constexpr std::size_t k_indent = 6;
    return fmt::format("  {:>2}. {}\n", index + 1,
                       core::wrapped(text, static_cast<std::size_t>(columns), k_indent));
  };
  auto text = plan.command + " would take these steps:\n";
  for (std::size_t i = 0; i < plan.steps.size(); ++i) text += step(i, describe(plan.steps[i]));
  text += core::wrapped_lines("Then: " + outcome + ".", columns) + "\n" +
          "If a step fails, the steps before it are undone in reverse order:\n";
  for (auto i = plan.steps.size(); i-- > 0;) text += step(i, describe_undo(plan.steps[i]));
  return text + "This was a dry run; nothing was changed.\n";
}

}  // namespace gpupass::report
