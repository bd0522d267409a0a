// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <optional>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

Finding absent(const PciAddress& function) {
  return blocks(Consent::impossible, function, to_string(function) + " is not there",
                {{sysfs::k_pci_devices, "no " + to_string(function)}},
                "`gpupass list --all` shows what is there");
}

Finding silent(const Device& device) {
  return blocks(Consent::impossible, device.address,
                to_string(device.address) + " does not answer: its configuration space reads as 0xff",
                {{sysfs::pci_device(device.address, "config"), "header type 0x7f"},
                 {sysfs::pci_device(device.address, "power_state"), device.power_state}},
                "power the machine off and on again (a reboot may not be enough)");
}

Finding asleep(const Device& device) {
  const auto control = sysfs::pci_device(device.address, "power/control");
  return warns(device.address,
               to_string(device.address) + " is powered off; not every card wakes for a guest",
               {{sysfs::pci_device(device.address, "power_state"), device.power_state}},
               fmt::format("`echo on > {}` wakes it and keeps it awake", control));
}

/// What is wrong with a function that the inventory has; nothing if it answers.
std::optional<Finding> trouble_with(const Inventory& inventory, const Device& device) {
  if (const auto config = unread(inventory, {sysfs::pci_device(device.address, "config")}); !config.empty()) {
    return unmeasured(device.address, "whether " + to_string(device.address) + " answers could not be read",
                      config, "run `gpupass doctor` again as root");
  }
  if (device.header_type == HeaderType::unreadable) return silent(device);
  if (device.power_state == "D3cold") return asleep(device);
  return std::nullopt;
}

}  // namespace

std::vector<Finding> dead_device(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  std::vector<PciAddress> answering;
  std::vector<Evidence> evidence;
  for (const auto& function : target.functions) {
    const auto* const device = inventory.find(function);
    const auto trouble =
        device == nullptr ? std::optional(absent(function)) : trouble_with(inventory, *device);
    if (trouble) {
      findings.push_back(*trouble);
      continue;
    }
    answering.push_back(function);
    evidence.push_back({sysfs::pci_device(function, "config"), "readable"});
  }
  append(findings, all_fine(answering, "answers", "answer", evidence));
  return findings;
}

}  // namespace gpupass::judge
