// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/paths.hpp"

#include <algorithm>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

/// The controller ("native host interface") of Thunderbolt 3, class 0880 of Intel's, or of USB4, 0c0340.
bool is_tunnel_controller(const Device& device) {
  constexpr std::uint32_t k_usb4 = 0x0c0340, k_system_other = 0x0880;
  return device.class_code == k_usb4 ||
         (device.driver == "thunderbolt" && device.class_code >> 8U == k_system_other);
}

bool is_uuid(std::string_view text) {
  constexpr std::size_t k_length = 36;
  return text.size() == k_length && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

}  // namespace

Paths::Paths(const Host& host, const Inventory& inventory) : inventory_(inventory) {
  for (const auto& device : inventory.devices) {
    if (!is_tunnel_controller(device)) continue;
    // On a card of its own it is at one port of a switch, whose other ports lead to what is plugged in.
    if (device.bridges.size() >= 2) tunnels_.emplace(device.bridges[1], device.address);
    // One of the processor's has links to the root ports that it feeds (tb_acpi_add_links of
    // drivers/thunderbolt/acpi.c): "consumer:pci:0000:00:07.0".
    constexpr std::string_view k_consumer = "consumer:pci:";
    const auto entries = host.list(sysfs::pci_device(device.address));
    for (const auto& name : entries.value_or(std::vector<std::string>{})) {
      if (!name.starts_with(k_consumer)) continue;
      if (const auto port = parse_pci_address(std::string_view(name).substr(k_consumer.size())))
        tunnels_.emplace(*port, device.address);
    }
  }
}

std::vector<PciAddress> Paths::functions_of(std::string_view sysfs_path) const {
  std::vector<PciAddress> functions;
  std::vector<PciAddress> controllers;
  for (const auto component : core::split(sysfs_path, '/')) {
    const auto address = parse_pci_address(component);
    if (!address) continue;
    const auto* const device = inventory_.find(*address);
    if (device == nullptr || !device->connects_buses()) functions.push_back(*address);
    const auto [first, last] = tunnels_.equal_range(*address);
    for (auto found = first; found != last; ++found) controllers.push_back(found->second);
  }
  if (functions.empty()) return functions;
  std::erase_if(controllers, [&](const PciAddress& controller) {
    return std::ranges::find(functions, controller) != functions.end();
  });
  functions.insert(functions.begin(), controllers.begin(), controllers.end());
  return functions;
}

std::string mediated_device_of(std::string_view sysfs_path) {
  bool below_function = false;
  for (const auto component : core::split(sysfs_path, '/')) {
    if (below_function && is_uuid(component)) return std::string(component);
    below_function = below_function || parse_pci_address(component).has_value();
  }
  return "";
}

}  // namespace gpupass::discover
