// SPDX-License-Identifier: GPL-2.0-or-later
// The verdict from findings: whether a target can be passed through, and what a person would have to agree
// to.
#pragma once

#include <string>
#include <vector>

#include "gpupass/finding.hpp"

namespace gpupass::judge {

enum class Verdict { can, with_consent, cannot };

/// What may be said of a target, and the ids of the rules that decide it, each in one of the lists.
struct Judgement {
  Verdict verdict = Verdict::can;
  std::vector<std::string> impossible;  // these refuse it, whatever a person agrees to
  std::vector<std::string> open;        // to these --yes agrees
  std::vector<std::string> unknown;     // what these need could not be read
};

/// Of what was found about the machine, and of the target's own.
[[nodiscard]] Judgement judgement_of(const std::vector<Finding>& machine, const std::vector<Finding>& own);

}  // namespace gpupass::judge
