// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.hpp"
#include "judge/facts.hpp"
#include "judge/findings.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
namespace {

std::vector<Holder> consoles_on(const Inventory& inventory, const PciAddress& device) {
  std::vector<Holder> consoles;
  for (const auto& holder : inventory.holders) {
    if (holder.kind == HolderKind::console && holder.device == device) consoles.push_back(holder);
  }
  return consoles;
}

bool is_only_gpu(const Inventory& inventory) {
  return std::ranges::count_if(inventory.devices, &Device::is_gpu) == 1;
}

Finding drives_screen(const Inventory& inventory, const Device& device, const std::vector<Holder>& consoles) {
  std::vector<std::string> roles;
  std::vector<Evidence> evidence;
  if (device.boot_vga.value_or(false)) {
    roles.emplace_back("it is the display the firmware started with");
    evidence.push_back({attribute_path(device.address, "boot_vga"), "1"});
  }
  for (const auto& console : consoles) {
    roles.push_back(fmt::format("{} ({}) is on it", console.node, console.use));
    evidence.push_back({"/sys/class/graphics/" + console.node, console.use});
  }
  if (is_only_gpu(inventory)) roles.emplace_back("it is the machine's only graphics card");
  return blocks(Consent::may_be_given, device.address,
                fmt::format("{} drives the screen: {}; the screen goes dark when a guest gets it",
                            to_string(device.address), core::enumerate(roles)),
                evidence,
                "have another way in (ssh, a serial console) and say --yes; or make another card the first "
                "display in the firmware's set-up");
}

/// One display controller; nothing to say of other devices without a console.
std::optional<Finding> judge_display(const Inventory& inventory, const Device& device) {
  const auto consoles = consoles_on(inventory, device.address);
  const auto path = attribute_path(device.address, "boot_vga");
  if (!device.is_gpu() && consoles.empty()) return std::nullopt;
  const bool left_to_guests = device.driver && is_vfio_driver(*device.driver);
  if (!consoles.empty() || (device.boot_vga.value_or(false) && !left_to_guests)) {
    return drives_screen(inventory, device, consoles);
  }
  if (const auto problems = unread(inventory, {path, "/sys/class/graphics", "/sys/class/vtconsole"});
      !problems.empty()) {
    return unmeasured(device.address,
                      "whether " + to_string(device.address) + " drives the screen could not be read",
                      problems, "run `gpupass doctor` again as root");
  }
  return fine(device.address, to_string(device.address) + " does not drive the screen",
              {{path, device.boot_vga ? (*device.boot_vga ? "1, but on vfio-pci" : "0") : "none"}});
}

}  // namespace

std::vector<Finding> boot_display(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  for (const auto* const device : devices_of(inventory, target)) {
    if (const auto finding = judge_display(inventory, *device)) findings.push_back(*finding);
  }
  return findings;
}

}  // namespace gpupass::rules
