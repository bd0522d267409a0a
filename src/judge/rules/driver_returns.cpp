// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "core/text.hpp"
#include "judge/facts.hpp"
#include "judge/findings.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
namespace {

std::vector<Evidence> evidence_of(const Device& device) {
  std::vector<Evidence> evidence{{attribute_path(device.address, "driver"), device.driver.value_or("none")}};
  if (!device.modules.empty()) {
    evidence.push_back({attribute_path(device.address, "modalias"), core::enumerate(device.modules)});
  }
  return evidence;
}

Finding judge_device(const Device& device) {
  const auto name = to_string(device.address);
  if (!device.driver) {
    return fine(device.address, name + " has no driver now and goes back to having none",
                evidence_of(device));
  }
  if (!is_free_for_vfio(device)) {
    return fine(device.address, fmt::format("{} goes back to {}", name, *device.driver), evidence_of(device));
  }
  if (!device.modules.empty()) {
    return fine(device.address,
                fmt::format("{} is on {} already and stays there; {} could drive it", name, *device.driver,
                            core::enumerate(device.modules)),
                evidence_of(device));
  }
  return warns(
      device.address,
      fmt::format("{} is on {} already, and no driver of the host's is known for it", name, *device.driver),
      evidence_of(device),
      "install its driver's package if the host is to use it again; for guests nothing is needed");
}

}  // namespace

std::vector<Finding> driver_returns(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  for (const auto* const device : devices_of(inventory, target)) findings.push_back(judge_device(*device));
  return findings;
}

}  // namespace gpupass::rules
