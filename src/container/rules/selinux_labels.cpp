// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/rules/rules.hpp"

namespace gpupass::container {

std::vector<Finding> selinux_labels(const Machine& machine) {
  if (!machine.engines.selinux_enforcing) return {};
  return {may_keep(
      "SELinux is enforcing: a container that may not use devices gets `Insufficient Permissions`",
      {{"/sys/fs/selinux/enforce", "1"}},
      "`setsebool -P container_use_devices=true`, or start the container with --security-opt label=disable")};
}

}  // namespace gpupass::container
