// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

/// The processor's and the chipset's own functions: header type 0 and yet nothing that a guest can have.
Finding part_of_the_board(const Device& device) {
  return blocks(Consent::impossible, device.address,
                describe(device) + " is part of the mainboard; only cards can be passed through",
                {{sysfs::pci_device(device.address, "class"), fmt::format("{:#08x}", device.class_code)}},
                "leave it out: it stays with the host");
}

Finding bridge(const Device& device) {
  const bool cardbus = device.header_type == HeaderType::cardbus;
  return blocks(Consent::impossible, device.address,
                describe(device) + " is a bridge; only endpoints can be passed through",
                {{sysfs::pci_device(device.address, "config"), cardbus ? "header type 2" : "header type 1"}},
                "leave it out: a bridge stays with the host, on its own driver");
}

}  // namespace

std::vector<Finding> header_type(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  std::vector<PciAddress> endpoints;
  std::vector<Evidence> evidence;
  for (const auto* const device : devices_of(inventory, target)) {
    const auto path = sysfs::pci_device(device->address, "config");
    const bool known = device->header_type != HeaderType::unreadable && unread(inventory, {path}).empty();
    if (!known) continue;  // dead-device has it
    if (device->connects_buses()) {
      findings.push_back(bridge(*device));
      continue;
    }
    if (device->is_board_part()) {
      findings.push_back(part_of_the_board(*device));
      continue;
    }
    endpoints.push_back(device->address);
    evidence.push_back({path, "header type 0"});
  }
  append(findings, all_fine(endpoints, "is an endpoint", "are endpoints", evidence));
  return findings;
}

}  // namespace gpupass::judge
