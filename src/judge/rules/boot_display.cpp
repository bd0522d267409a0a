// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/vfio.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

/// Consoles, not the bare framebuffers that every graphics driver makes for its card: what is shown
/// on those goes through /dev/dri, and whoever shows it holds the card as a process.
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

/// Where it shows that the console is there.
std::string path_of(const Holder& console) {
  if (console.node.starts_with("fb")) return sysfs::of_class("graphics", console.node);
  return console.node == "vga" ? sysfs::of_class("vtconsole") : sysfs::of_class("tty", "console", "active");
}

Finding drives_screen(const Inventory& inventory, const Device& device, const std::vector<Holder>& consoles) {
  std::vector<std::string> roles;
  std::vector<Evidence> evidence;
  if (device.boot_vga.value_or(false)) {
    roles.emplace_back("the firmware started with it");
    evidence.push_back({sysfs::pci_device(device.address, "boot_vga"), "1"});
  }
  for (const auto& console : consoles) {
    roles.push_back(fmt::format("the text console is on its {}", console.node));
    evidence.push_back({path_of(console), console.use});
  }
  const bool alone = is_only_gpu(inventory);
  if (alone) roles.emplace_back("it is the machine's only graphics card");
  return blocks(
      Consent::may_be_given, device.address,
      fmt::format("{} drives the screen ({}); the screen goes dark when a guest gets it",
                  to_string(device.address), core::enumerate(roles)),
      evidence,
      fmt::format("make sure that you can log in another way (ssh, a serial console), then add --yes{}",
                  alone ? "" : "; or make another card the first display in the firmware's set-up"));
}

/// A serial port or the like.
Finding carries_console(const Device& device, const std::vector<Holder>& consoles) {
  std::vector<std::string> nodes;
  std::vector<Evidence> evidence;
  for (const auto& console : consoles) {
    nodes.push_back(console.node);
    evidence.push_back({path_of(console), console.use});
  }
  return blocks(Consent::may_be_given, device.address,
                fmt::format("{} carries the kernel's console ({}), which falls silent when a guest gets it",
                            describe(device), core::enumerate(nodes)),
                evidence, "take console=… off the kernel's command line, or add --yes");
}

Finding dark(const Device& device) {
  const auto shown = [&]() -> std::string {
    if (!device.boot_vga) return "none";
    return *device.boot_vga ? "1, but its driver is " + *device.driver : "0";
  };
  return fine(device.address, to_string(device.address) + " does not drive the screen",
              {{sysfs::pci_device(device.address, "boot_vga"), shown()}});
}

/// No finding for devices that are not displays and have no console.
std::optional<Finding> judge_display(const Inventory& inventory, const Device& device) {
  const auto consoles = consoles_on(inventory, device.address);
  if (!device.is_gpu()) {
    return consoles.empty() ? std::nullopt : std::optional(carries_console(device, consoles));
  }
  const bool left_to_guests = device.driver && is_vfio_driver(*device.driver);
  if (!consoles.empty() || (device.boot_vga.value_or(false) && !left_to_guests)) {
    return drives_screen(inventory, device, consoles);
  }
  const auto problems = unread(inventory, {sysfs::pci_device(device.address, "boot_vga")});
  if (problems.empty()) return dark(device);
  return unmeasured(device.address,
                    "whether " + to_string(device.address) + " drives the screen could not be read", problems,
                    "run `gpupass doctor` again as root");
}

}  // namespace

std::vector<Finding> boot_display(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  for (const auto* const device : devices_of(inventory, target)) {
    if (const auto finding = judge_display(inventory, *device)) findings.push_back(*finding);
  }
  return findings;
}

}  // namespace gpupass::judge
