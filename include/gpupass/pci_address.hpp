// SPDX-License-Identifier: GPL-2.0-or-later
// The address of a PCI function, and what a user may type to mean one or several of them.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass {

/// domain:bus:slot.function. Domains may exceed 16 bits (Intel VMD numbers its own from 0x10000).
struct PciAddress {
  std::uint32_t domain = 0;
  std::uint8_t bus = 0;
  std::uint8_t slot = 0;      // 0…31
  std::uint8_t function = 0;  // 0…7

  auto operator<=>(const PciAddress&) const = default;

  /// True for two functions of one physical card.
  [[nodiscard]] bool same_slot(const PciAddress& other) const {
    return domain == other.domain && bus == other.bus && slot == other.slot;
  }
};

/// "0000:01:00.0", as sysfs names it.
[[nodiscard]] std::string to_string(const PciAddress& address);

/// "0000:01:00.0 and 0000:01:00.1".
[[nodiscard]] std::string names(const std::vector<PciAddress>& functions);

/// "0000:01:00", the card without the function.
[[nodiscard]] std::string slot_to_string(const PciAddress& address);

/// Reads exactly the form that sysfs uses, "0000:01:00.0"; nothing for anything else.
[[nodiscard]] std::optional<PciAddress> parse_pci_address(std::string_view text);

/// 0000:01:00, 01:00: every function of the slot.
struct PciSlot {
  PciAddress first;  // its function 0
  bool operator==(const PciSlot&) const = default;
};

/// 10de:2330.
struct PciIds {
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;
  bool operator==(const PciIds&) const = default;
};

/// A part of the device's name: "3090", "arc a770".
struct PartOfName {
  std::string text;
  bool operator==(const PartOfName&) const = default;
};

/// What a user typed to name devices.
struct Selector {
  std::string text;  // as typed, for messages
  // A function's address is 0000:01:00.0, 01:00.0 or pci_0000_01_00_0.
  std::variant<PciAddress, PciSlot, PciIds, PartOfName> means;

  bool operator==(const Selector&) const = default;
};

/// Reads any of the forms above. Errors: usage, naming the forms; unsupported, for a UUID.
[[nodiscard]] Result<Selector> parse_selector(std::string_view text);

/// True of an address or a slot, which can also mean something that is no longer in the machine.
[[nodiscard]] bool names_a_place(const Selector& selector);

/// Whether the selector means the function by its place.
[[nodiscard]] bool is_at(const Selector& selector, const PciAddress& function);

}  // namespace gpupass

template <>
struct std::hash<gpupass::PciAddress> {
  std::size_t operator()(const gpupass::PciAddress& address) const noexcept {
    const auto rest = static_cast<std::uint64_t>(address.bus) << 8U |
                      static_cast<std::uint64_t>(address.slot) << 3U | address.function;
    return std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(address.domain) << 16U | rest);
  }
};
