// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/sysfs.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {

std::vector<Finding> selinux_labels(const Inventory& inventory, const Target& /*target*/) {
  if (!inventory.containers.engines.selinux_enforcing) return {};
  return {warns(
      k_machine, "SELinux is enforcing: a container that may not use devices gets `Insufficient Permissions`",
      {{sysfs::k_selinux_enforces, "1"}},
      "`setsebool -P container_use_devices=true`, or start the container with --security-opt label=disable")};
}

}  // namespace gpupass::judge
