// SPDX-License-Identifier: GPL-2.0-or-later
// The findings about a machine and about what is to be passed through, and the verdict.
#pragma once

#include <vector>

#include "gpupass/finding.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/judge/verdict.hpp"

namespace gpupass::judge {

/// One target with what was found about it alone.
struct Patient {
  Target target;
  std::vector<Finding> findings;
  Judgement judgement;  // with what was found about the machine
};

struct Diagnosis {
  Inventory inventory;
  std::vector<Finding> machine;  // what is so for every target
  std::vector<Patient> patients;
  bool blocks = false;  // something of it does
};

[[nodiscard]] Diagnosis diagnose(Inventory inventory, std::vector<Target> targets);
/// What keeps containers from the machine's cards: all of it is of the machine.
[[nodiscard]] Diagnosis diagnose_for_containers(Inventory inventory);

}  // namespace gpupass::judge
