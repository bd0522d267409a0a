// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/identity.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass {
namespace {

std::string slot_text(const PciAddress& address) {
  return fmt::format("/{:02x}.{:x}", address.slot, address.function);
}

/// A bridge above another, or above a device, is on the bus that is nearest to the root.
std::string place_below_root(const Device& device) {
  const auto& top = device.bridges.empty() ? device.address : device.bridges.back();
  auto place = fmt::format("{:04x}:{:02x}", top.domain, top.bus);
  for (auto bridge = device.bridges.rbegin(); bridge != device.bridges.rend(); ++bridge)
    place += slot_text(*bridge);
  return place + slot_text(device.address);
}

/// The address of a virtual function counts on from its parent's, over more than one bus: its number tells.
std::string place_of(const Inventory& inventory, const Device& device) {
  const auto* const parent = device.sriov && device.sriov->physical_function
                                 ? inventory.find(*device.sriov->physical_function)
                                 : nullptr;
  if (parent == nullptr || !parent->sriov) return place_below_root(device);
  const auto& functions = parent->sriov->virtual_functions;
  const auto found = std::ranges::find(functions, device.address);
  if (found == functions.end()) return place_below_root(device);
  return fmt::format("{}/vf{}", place_below_root(*parent), found - functions.begin());
}

bool same_kind(const Identity& remembered, const Identity& now) {
  if (remembered.vendor != now.vendor || remembered.device != now.device) return false;
  return remembered.place.empty() ||
         (remembered.subsystem_vendor == now.subsystem_vendor &&
          remembered.subsystem_device == now.subsystem_device && remembered.class_code == now.class_code);
}

enum class Serials { unknown, equal, different };

/// One that differs outweighs any that are equal: some vendors give all their devices one number.
Serials compare_serials(const Identity& remembered, const Identity& now) {
  auto result = Serials::unknown;
  for (const auto& [source, serial] : remembered.serials) {
    const auto found = now.serials.find(source);
    if (found == now.serials.end()) continue;
    if (found->second != serial) return Serials::different;
    result = Serials::equal;
  }
  return result;
}

}  // namespace

Identity identity_of(const Inventory& inventory, const Device& device) {
  return {device.vendor,           device.device,     device.subsystem_vendor,
          device.subsystem_device, device.class_code, place_of(inventory, device),
          device.serials};
}

std::string place_of_path(std::string_view path) {
  std::string place;
  for (const auto component : core::split(path, '/')) {
    if (component.starts_with("pci")) place = component.substr(3);  // Intel VMD's root is below a function
    const auto address = parse_pci_address(component);
    if (address && !place.empty()) place += slot_text(*address);
  }
  return place;
}

bool is_same(const Identity& remembered, const Identity& now) {
  return same_kind(remembered, now) && (remembered.place.empty() || remembered.place == now.place) &&
         compare_serials(remembered, now) != Serials::different;
}

Presence presence_of(const Identity& remembered, const PciAddress& address, const Inventory& inventory) {
  const auto* const device = inventory.find(address);
  if (device == nullptr) return Presence::gone;
  return is_same(remembered, identity_of(inventory, *device)) ? Presence::there : Presence::replaced;
}

Whereabouts find_device(const Inventory& inventory, const Identity& remembered) {
  std::vector<const Device*> by_serial, by_place, alike;
  for (const auto& device : inventory.devices) {
    const auto now = identity_of(inventory, device);
    const auto serials = compare_serials(remembered, now);
    if (!same_kind(remembered, now) || serials == Serials::different) continue;
    alike.push_back(&device);
    if (serials == Serials::equal) by_serial.push_back(&device);
    if (!remembered.place.empty() && remembered.place == now.place) by_place.push_back(&device);
  }
  if (by_serial.size() == 1) return {by_serial, true};
  if (!by_place.empty()) return {by_place, by_place.size() == 1};
  return {by_serial.empty() ? alike : by_serial, false};
}

Identity completed(Identity remembered, const Identity& now) {
  auto serials = now.serials;
  serials.insert(remembered.serials.begin(), remembered.serials.end());
  if (remembered.place.empty()) remembered = now;
  remembered.serials = std::move(serials);
  return remembered;
}

std::string ids_text(const Identity& identity) {
  return fmt::format("{:04x}:{:04x}", identity.vendor, identity.device);
}

}  // namespace gpupass
