// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/diagnosis.hpp"
#include "gpupass/judge/judge.hpp"

namespace gpupass::judge {

Diagnosis diagnose(Inventory inventory, std::vector<Target> targets) {
  const auto about_machine = [](const Finding& finding) { return !finding.device; };
  Diagnosis diagnosis;
  diagnosis.machine = findings_of(inventory, {});
  diagnosis.blocks = worst(diagnosis.machine) == Severity::blocks;
  for (auto& target : targets) {
    auto findings = findings_of(inventory, target);
    std::erase_if(findings, about_machine);
    auto judgement = judgement_of(diagnosis.machine, findings);
    diagnosis.blocks = diagnosis.blocks || worst(findings) == Severity::blocks;
    diagnosis.patients.push_back({std::move(target), std::move(findings), std::move(judgement)});
  }
  diagnosis.inventory = std::move(inventory);
  return diagnosis;
}

Diagnosis diagnose_for_containers(Inventory inventory) {
  auto findings = findings_of(inventory, {}, Occasion::container);
  const bool blocks = worst(findings) == Severity::blocks;
  return {std::move(inventory), std::move(findings), {}, blocks};
}

}  // namespace gpupass::judge
