// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/diagnosis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "gpupass/core/names.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/core/wrap.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/inventory_json.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::report {
namespace {

using judge::Judgement;
using judge::Verdict;

constexpr std::array k_verdict_names = {
    core::Name<Verdict>{Verdict::can, "can"},
    core::Name<Verdict>{Verdict::cannot, "cannot"},
    core::Name<Verdict>{Verdict::with_consent, "with-consent"},
};

std::string verdict_text(const Judgement& judgement) {
  const auto unknown = judgement.unknown.empty()
                           ? std::string()
                           : fmt::format("; not known: {}", core::enumerate(judgement.unknown));
  switch (judgement.verdict) {
    case Verdict::can:
      return "can be passed through" + unknown;
    case Verdict::with_consent:
      return fmt::format("can be passed through if you agree (--yes) to {}{}",
                         core::enumerate(judgement.open), unknown);
    case Verdict::cannot:
      break;
  }
  const auto open = judgement.open.empty()
                        ? std::string()
                        : fmt::format("; {} only {} your consent", core::enumerate(judgement.open),
                                      judgement.open.size() == 1 ? "needs" : "need");
  return fmt::format("cannot be passed through: {} {}{}{}", core::enumerate(judgement.impossible),
                     judgement.impossible.size() == 1 ? "blocks" : "block", open, unknown);
}

Style style_of(Verdict verdict) {
  if (verdict == Verdict::can) return Style::green;
  return verdict == Verdict::cannot ? Style::red : Style::yellow;
}

/// "0000:01:00.0 NVIDIA GA102 [GeForce RTX 3080], 0000:01:00.1 NVIDIA GA102 High Definition Audio".
std::string heading(const Inventory& inventory, const Target& target) {
  std::vector<std::string> names;
  for (const auto& function : target.functions) {
    const auto* const device = inventory.find(function);
    names.push_back(to_string(function) + (device == nullptr ? "" : " " + short_name(*device)));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string for_containers(const judge::Diagnosis& diagnosis, const FindingsView& view) {
  return styled("Containers on this machine", Style::bold, view.colour) + "\n" +
         findings_text(diagnosis.machine, view) +
         (diagnosis.machine.empty() ? "  There is no card, and no container engine.\n" : "");
}

core::Json rules_json(Occasion occasion) {
  auto json = core::Json::array();
  for (const auto& rule : judge::asked_on(occasion)) {
    json.push_back({{"id", rule.id}, {"title", rule.title}, {"meaning", rule.meaning}});
  }
  return json;
}

}  // namespace

std::string diagnosis_text(const judge::Diagnosis& diagnosis, Occasion occasion, const FindingsView& view) {
  if (occasion == Occasion::container) return for_containers(diagnosis, view);
  const auto line = [&](const std::string& text, Style style) {
    return styled(core::wrapped(text, static_cast<std::size_t>(view.columns), 2), style, view.colour) + "\n";
  };
  auto text = line("This machine", Style::bold) + findings_text(diagnosis.machine, view);
  for (const auto& [target, findings, judgement] : diagnosis.patients)
    text += "\n" + line(heading(diagnosis.inventory, target), Style::bold) + findings_text(findings, view) +
            line("It " + verdict_text(judgement) + ".", style_of(judgement.verdict));
  if (diagnosis.patients.empty())
    text += "\nThere is no graphics card; `gpupass doctor SELECTOR` judges any other device.\n";
  return text;
}

core::Json to_json(const judge::Diagnosis& diagnosis, Occasion occasion) {
  auto targets = core::Json::array();
  for (const auto& [target, findings, judgement] : diagnosis.patients) {
    auto functions = core::Json::array();
    for (const auto& function : target.functions) functions.push_back(to_string(function));
    targets.push_back({{"functions", functions},
                       {"verdict", core::name_in(k_verdict_names, judgement.verdict)},
                       {"findings", to_json(findings)}});
  }
  return {{"schema", "gpupass.doctor/1"},          {"blocks", diagnosis.blocks},
          {"machine", to_json(diagnosis.machine)}, {"targets", targets},
          {"rules", rules_json(occasion)},         {"problems", to_json(diagnosis.inventory.problems)}};
}

}  // namespace gpupass::report
