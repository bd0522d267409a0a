// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/loss.hpp"

#include "judge/findings.hpp"

namespace gpupass::judge {

Finding loss_of_guest(const std::string& name) {
  auto finding = judge::blocks(Consent::may_be_given, judge::k_machine,
                               name + " and everything on its disk would be lost", {}, "");
  finding.rule = "guest-loss";
  return finding;
}

}  // namespace gpupass::judge
