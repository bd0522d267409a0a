// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/verdict.hpp"
#include "gpupass/judge/judge.hpp"

#include <algorithm>

namespace gpupass::judge {
namespace {

void add_once(std::vector<std::string>& rules, const std::string& rule) {
  if (std::ranges::find(rules, rule) == rules.end()) rules.push_back(rule);
}

}  // namespace

Judgement judgement_of(const std::vector<Finding>& machine, const std::vector<Finding>& own) {
  Judgement judgement;
  for (const auto* const findings : {&machine, &own}) {
    for (const auto& finding : *findings) {
      if (finding.severity == Severity::unmeasured) add_once(judgement.unknown, finding.rule);
      if (finding.severity != Severity::blocks) continue;
      add_once(is_refusal(finding) ? judgement.impossible : judgement.open, finding.rule);
    }
  }
  std::erase_if(judgement.open, [&](const std::string& rule) {
    return std::ranges::find(judgement.impossible, rule) != judgement.impossible.end();
  });
  if (!judgement.open.empty()) judgement.verdict = Verdict::with_consent;
  if (!judgement.impossible.empty()) judgement.verdict = Verdict::cannot;
  return judgement;
}

}  // namespace gpupass::judge
