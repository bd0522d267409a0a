// SPDX-License-Identifier: GPL-2.0-or-later
// What a device is, as opposed to the address it has: bus numbers move when a card is added or a cable is
// plugged in, and then another device is where this one was.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/pci_address.hpp"

namespace gpupass {

struct Device;
struct Inventory;

struct Identity {
  std::uint16_t vendor = 0, device = 0;
  // Not known, as is the place, of a device that a gpupass before schema hold/2 remembered: place is empty.
  std::uint16_t subsystem_vendor = 0, subsystem_device = 0;
  std::uint32_t class_code = 0;
  /// The root bus, then slot and function of each bridge and of the device: "0000:00/01.1/00.0". A bus below
  /// a bridge has no number here: the machine gives it a new one when a card is added. A virtual function is
  /// its parent's place and its number: "0000:00/01.1/00.0/vf3".
  std::string place;
  /// By where they were read, as far as they could be: "pcie", "vpd", "nvidia".
  std::map<std::string, std::string> serials;

  bool operator==(const Identity&) const = default;
};

/// The one place where an identity is made.
[[nodiscard]] Identity identity_of(const Inventory& inventory, const Device& device);

/// The same place from a path below /sys/devices: "pci0000:00/0000:00:01.1/0000:03:00.0" →
/// "0000:00/01.1/00.0". Empty if it is not such a path.
[[nodiscard]] std::string place_of_path(std::string_view path);

/// True if it is the device that was remembered: ids, class and place are equal, and no serial number that
/// both have differs.
[[nodiscard]] bool is_same(const Identity& remembered, const Identity& now);

enum class Presence {
  there,     // at the address that was remembered
  gone,      // nothing is at that address
  replaced,  // another device is
};
[[nodiscard]] Presence presence_of(const Identity& remembered, const PciAddress& address,
                                   const Inventory& inventory);

/// Where a remembered device is now.
struct Whereabouts {
  std::vector<const Device*> devices;
  /// By a serial number or the place; otherwise they are all those of the same kind.
  bool certain = false;
};
[[nodiscard]] Whereabouts find_device(const Inventory& inventory, const Identity& remembered);

/// The remembered one, with the serial numbers that are known now.
[[nodiscard]] Identity completed(Identity remembered, const Identity& now);

/// "10de:2330".
[[nodiscard]] std::string ids_text(const Identity& identity);

}  // namespace gpupass
