// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> sys_writable(const Inventory& inventory, const Target& /*target*/) {
  if (!inventory.sys_read_only) return {};
  return {
      blocks(Consent::impossible, k_machine,
             "/sys is mounted read-only, as in a container: no device can be taken from its driver from here",
             {{"/proc/self/mountinfo", "/sys … ro"}},
             "run gpupass on the host itself, or in a container that may write to /sys")};
}

}  // namespace gpupass::judge
