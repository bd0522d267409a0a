// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/fabric.hpp"
#include "judge/findings.hpp"
#include "judge/users.hpp"

namespace gpupass::judge {
namespace {

std::vector<Evidence> evidence_of(const User& user) {
  std::vector<Evidence> evidence;
  for (const auto& node : user.nodes) evidence.push_back({fmt::format("/proc/{}/fd", user.who.pid), node});
  return evidence;
}

/// What drives the device itself, or writes to its disk, would lose what it does.
Finding held(const Inventory& inventory, const Target& target, const User& user) {
  return blocks(
      user.by_vfio || user.by_disk ? Consent::impossible : Consent::may_be_given, user.devices.front(),
      describe(user), evidence_of(user),
      user.who.process == k_fabric_manager ? remedy_for_fabric_manager(inventory, target) : remedy_for(user));
}

}  // namespace

std::vector<Finding> device_held(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  const auto users = users_of(inventory, target.functions);
  findings.reserve(users.size() + 1);
  for (const auto& user : users) findings.push_back(held(inventory, target, user));
  if (target.functions.empty()) return findings;
  const auto& first = target.functions.front();
  if (!inventory.holders_complete) {
    findings.push_back(unmeasured(first,
                                  fmt::format("whether {} process has {} open could not be found out",
                                              users.empty() ? "a" : "another", names(target.functions)),
                                  unread(inventory, {"/proc/*/fd"}), "run `gpupass doctor` again as root"));
  } else if (users.empty()) {
    append(findings, all_fine(target.functions, "is open in no process", "are open in no process",
                              {{"/proc/*/fd", "none of its device nodes"}}));
  }
  return findings;
}

/// Who has the devices' groups open, a guest or another program, before they are taken from vfio-pci.
std::vector<Finding> device_held_by_vfio(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  for (const auto& user : users_of(inventory, target.functions)) {
    if (!user.by_vfio) continue;
    findings.push_back(
        blocks(Consent::may_be_given, user.devices.front(),
               fmt::format("{}: unbinding {} waits until it is closed", describe(user), names(user.devices)),
               evidence_of(user), remedy_for(user)));
  }
  return findings;
}

}  // namespace gpupass::judge
