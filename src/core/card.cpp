// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/card.hpp"

#include <algorithm>
#include <optional>

namespace gpupass {
namespace {

using Functions = std::vector<PciAddress>;

constexpr std::uint16_t k_ati = 0x1002;  // AMD's graphics
constexpr std::uint16_t k_amd = 0x1022;  // AMD's processors and chipsets
// QEMU's devices have the ids of what they emulate, and all of them this subsystem.
constexpr std::uint16_t k_qemu_vendor = 0x1af4, k_qemu_device = 0x1100;

bool is_physical_graphics(const Device& device) {
  return device.is_gpu() && !device.connects_buses() && !is_virtual_function(device);
}

bool is_emulated(const Device& device) {
  return device.subsystem_vendor == k_qemu_vendor && device.subsystem_device == k_qemu_device;
}

bool of_one_maker(const Device& a, const Device& b) {
  return a.vendor == b.vendor || (is_emulated(a) && is_emulated(b));
}

bool is_display_or_sound(const Device& device) {
  const auto base = device.class_code >> 16U;
  return base == 0x03 || base == 0x04;
}

/// What cards have beside their graphics. Of a processor's and a chipset's slot that leaves SATA, networks,
/// security processors and bridges with the host.
bool has_class_of_companion(const Device& device) {
  const auto base = device.class_code >> 16U, subclass = device.class_code >> 8U;
  const bool usb = subclass == 0x0c03;
  const bool usb_c = subclass == 0x0c80 || subclass == 0x0700;  // UCSI: NVIDIA's and AMD's
  const bool own = base == 0x12 || base == 0xff;                // accelerators; what has no class at all
  return is_display_or_sound(device) || usb || usb_c || own;
}

/// The upstream port of a switch that is soldered to the card (Intel Arc, AMD since Vega): the nearest switch
/// above the graphics, where it is of their maker. A root port is never one: below it come upstream and
/// downstream ports in pairs.
std::optional<PciAddress> own_switch(const Inventory& inventory, const Device& graphics) {
  if (graphics.bridges.size() < 3) return std::nullopt;
  for (const auto& port : {graphics.bridges[0], graphics.bridges[1]}) {
    const auto* const bridge = inventory.find(port);
    if (bridge == nullptr || bridge->vendor != graphics.vendor) return std::nullopt;
  }
  return graphics.bridges[1];
}

bool is_below(const Device& device, const PciAddress& bridge) {
  return std::ranges::find(device.bridges, bridge) != device.bridges.end();
}

/// False where graphics of another slot are below it, too: what of the rest is whose cannot be told.
bool serves_one_card(const Inventory& inventory, const PciAddress& port, const Device& graphics) {
  return std::ranges::none_of(inventory.devices, [&](const Device& other) {
    return is_physical_graphics(other) && is_below(other, port) && !other.address.same_slot(graphics.address);
  });
}

bool contains(const Functions& functions, const PciAddress& function) {
  return std::ranges::find(functions, function) != functions.end();
}

}  // namespace

bool is_virtual_function(const Device& device) {
  return device.sriov && device.sriov->physical_function;
}

bool is_accelerator_card(const Device& device) {
  return device.class_code >> 16U == 0x12 && !device.bridges.empty() && !device.connects_buses();
}

std::vector<PciAddress> card_of(const Inventory& inventory, const PciAddress& function) {
  const auto* const graphics = inventory.find(function);
  if (graphics == nullptr || !is_physical_graphics(*graphics)) return {function};
  auto port = own_switch(inventory, *graphics);
  if (port && !serves_one_card(inventory, *port, *graphics)) port.reset();
  const bool on_root_bus = graphics->bridges.empty();
  Functions functions;
  for (const auto& device : inventory.devices) {
    const bool beside = device.address.same_slot(function) || (port && is_below(device, *port));
    // What else the processor has in a slot of the root bus is the host's.
    const bool fits = on_root_bus ? is_display_or_sound(device) : has_class_of_companion(device);
    const bool companion = beside && fits && !device.connects_buses() && !is_virtual_function(device) &&
                           of_one_maker(device, *graphics);
    if (companion || device.address == function) functions.push_back(device.address);
  }
  return functions;
}

std::vector<std::vector<PciAddress>> graphics_cards(const Inventory& inventory) {
  std::vector<Functions> cards;
  for (const auto& device : inventory.devices) {
    if (!device.is_gpu() && !is_accelerator_card(device)) continue;
    const bool known =
        std::ranges::any_of(cards, [&](const Functions& card) { return contains(card, device.address); });
    if (!known) cards.push_back(card_of(inventory, device.address));
  }
  return cards;
}

std::vector<PciAddress> card_with(const Inventory& inventory, const PciAddress& function) {
  for (auto& card : graphics_cards(inventory)) {
    if (contains(card, function)) return card;
  }
  return {function};
}

bool is_processor_graphics(const Inventory& inventory, const Device& device) {
  if (!device.is_gpu()) return false;
  if (device.bridges.empty()) return true;
  return device.vendor == k_ati &&
         std::ranges::any_of(inventory.slot_of(device.address),
                             [&](const PciAddress& other) { return inventory.find(other)->vendor == k_amd; });
}

}  // namespace gpupass
