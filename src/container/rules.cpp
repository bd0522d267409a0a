// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/rules.hpp"

#include <array>

#include "container/rules/rules.hpp"

namespace gpupass::container {
namespace {

// docs/containers.md has a row for each; a test compares the two.
constexpr std::array k_rules = {
    Rule{"driver-versions", "The driver's parts are of one version",
         "NVIDIA's kernel module takes calls only from libraries of its own version. They differ after an "
         "update, until the module is loaded anew.",
         driver_versions},
    Rule{
        "device-nodes", "The nodes are there, with the driver's numbers",
        "A container opens a card by its nodes. One that is missing, or is left from an earlier start of the "
        "machine with another number, opens nothing.",
        device_nodes},
    Rule{"cdi-files", "Engines read every CDI file",
         "An engine leaves out a whole file for one thing that it does not know, and says of its names only "
         "that they cannot be resolved.",
         cdi_files},
    Rule{"cdi-names", "No CDI name is defined twice",
         "Of two files of one folder that define a name, engines take neither.", cdi_names},
    Rule{"cdi-current", "CDI files name what is there",
         "A file is written once and names libraries and nodes by their paths. After an update of the "
         "driver, or "
         "when a card goes to a guest, containers do not start with it.",
         cdi_current},
    Rule{"docker-confined", "Docker sees the driver",
         "Docker that was installed as a snap is confined: it sees neither the driver's libraries nor the "
         "files in /etc/cdi.",
         docker_confined},
    Rule{"selinux-labels", "SELinux lets containers have devices",
         "SELinux keeps containers from device nodes that were not made for them, whatever their permissions "
         "say.",
         selinux_labels},
    Rule{"toolkit-legacy", "Devices are given by the engine",
         "NVIDIA's toolkit in legacy mode adds devices behind the engine's back: a `systemctl daemon-reload` "
         "takes them from containers that run, and rootless engines may not do it at all.",
         toolkit_legacy},
};

}  // namespace

std::span<const Rule> rules() {
  return k_rules;
}

std::vector<Finding> judge(const Machine& machine) {
  std::vector<Finding> all;
  for (const auto& rule : k_rules) {
    for (auto& finding : rule.function(machine)) {
      finding.rule = rule.id;
      all.push_back(std::move(finding));
    }
  }
  return all;
}

}  // namespace gpupass::container
