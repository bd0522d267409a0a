// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/changes.hpp"

#include "gpupass/core/wrap.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/plans.hpp"

namespace gpupass::report {
namespace {

std::string unchanged(const std::string& outcome) {
  return "unchanged: " + outcome + "\n";
}

/// What every document about a change has.
core::Json change_json(const Plan& plan, const Outcome& outcome) {
  core::Json json{{"command", plan.command},
                  {"outcome", outcome.text},
                  {"domain", core::text_or_null(outcome.domain)},
                  {"devices", core::Json::array()}};
  for (const auto& device : plan.devices) json["devices"].push_back(to_string(device));
  if (!outcome.remaining.empty()) json["remaining"] = to_json(outcome.remaining);
  return json;
}

core::Json dry_run_json(const Plan& plan, const Outcome& outcome) {
  auto json = core::Json::parse(gpupass::to_json(plan));
  json.update(change_json(plan, outcome));
  json["steps"] = to_json(plan.steps);
  return json;
}

core::Json result_json(const Plan& plan, const Outcome& outcome, bool changed, core::Json events) {
  auto json = change_json(plan, outcome);
  json["schema"] = "gpupass.result/1";
  json["changed"] = changed;
  json["events"] = std::move(events);
  return json;
}

}  // namespace

std::string question_text(const std::vector<Finding>& findings, int columns) {
  std::string text;
  for (const auto& finding : findings) {
    text += core::wrapped_lines("  ! " + finding.what, columns) + "\n";
    if (!finding.remedy.empty()) text += core::wrapped_lines("    " + finding.remedy, columns) + "\n";
  }
  return text;
}

std::string step_text(const StepEvent& event) {
  switch (event.state) {
    case StepState::intent:
      return "  " + event.text + " … ";
    case StepState::untouched:
      return "  " + event.text + " … already so\n";
    case StepState::undone:
      return "  undone: " + event.text + "\n";
    case StepState::undo_failed:
      return "  NOT undone: " + event.text + ": " + event.note + "\n";
    case StepState::open:
      return "the kernel has not returned\n";
    case StepState::done:
    case StepState::failed:
      break;
  }
  return std::string(name(event.state)) + "\n";
}

core::Json to_json(const StepEvent& event) {
  return {{"step", event.step}, {"state", name(event.state)}, {"does", event.text}};
}

std::string done_text(const Done& done, bool dry_run, int columns) {
  const auto& [plan, outcome, changed, configuration] = done;
  if (!dry_run) return changed ? outcome.text + "\n" : unchanged(outcome.text);
  return plan.steps.empty() ? unchanged(outcome.text) : dry_run_text(plan, outcome.text, columns);
}

core::Json to_json(const Done& done, bool dry_run, core::Json events) {
  if (dry_run) return dry_run_json(done.plan, done.outcome);
  return result_json(done.plan, done.outcome, done.changed, std::move(events));
}

}  // namespace gpupass::report
