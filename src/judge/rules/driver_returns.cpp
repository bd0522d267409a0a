// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

std::string aliases_path(const Inventory& inventory) {
  return "/lib/modules/" + inventory.kernel.release + "/modules.alias";
}

std::vector<Evidence> evidence_of(const Inventory& inventory, const Device& device) {
  std::vector<Evidence> evidence{
      {sysfs::pci_device(device.address, "driver"), device.driver.value_or("none")}};
  if (!device.modules.empty()) {
    evidence.push_back({aliases_path(inventory), core::enumerate(device.modules)});
  }
  return evidence;
}

/// A function on vfio-pci before anybody passed it through: whose it was is not known any more.
Finding kept_for_guests(const Inventory& inventory, const Device& device) {
  const auto state = fmt::format("{} is on {} already", to_string(device.address), *device.driver);
  if (!device.modules.empty()) {
    return fine(device.address,
                fmt::format("{} and stays there; {} could drive it", state, core::enumerate(device.modules)),
                evidence_of(inventory, device));
  }
  if (const auto problems = unread(inventory, {aliases_path(inventory)}); !problems.empty()) {
    return unmeasured(device.address, state + ", and whether the host has a driver for it is not known",
                      problems, "`depmod -a` makes the list of drivers again");
  }
  return warns(device.address, state + ", and the host has no driver for it", evidence_of(inventory, device),
               "install its driver's package if the host is to use it again; for guests nothing is needed");
}

Finding judge_device(const Inventory& inventory, const Device& device) {
  const auto name = to_string(device.address);
  const auto evidence = evidence_of(inventory, device);
  if (!device.driver) {
    return fine(device.address, name + " has no driver now and goes back to having none", evidence);
  }
  if (is_free_for_vfio(device)) return kept_for_guests(inventory, device);
  return fine(device.address, fmt::format("{} goes back to {}", name, *device.driver), evidence);
}

}  // namespace

std::vector<Finding> driver_returns(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  for (const auto* const device : devices_of(inventory, target)) {
    findings.push_back(judge_device(inventory, *device));
  }
  return findings;
}

}  // namespace gpupass::judge
