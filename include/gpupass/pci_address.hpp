// SPDX-License-Identifier: GPL-2.0-or-later
// The address of a PCI function, and what a user may type to mean one or several of them.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

/// What a user typed to name devices. Exactly one of the forms is set.
struct Selector {
  struct Ids {
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    bool operator==(const Ids&) const = default;
  };
  std::string text;                   // as typed, for messages
  std::optional<PciAddress> address;  // 0000:01:00.0, 01:00.0, pci_0000_01_00_0
  std::optional<PciAddress> slot;     // 0000:01:00, 01:00: every function of the slot
  std::optional<Ids> ids;             // 10de:2330
  std::string name;                   // a part of the device's name: "3090", "arc a770"

  bool operator==(const Selector&) const = default;
};

/// Reads any of the forms above. Error: usage, naming the forms.
[[nodiscard]] Result<Selector> parse_selector(std::string_view text);

}  // namespace gpupass

template <>
struct std::hash<gpupass::PciAddress> {
  std::size_t operator()(const gpupass::PciAddress& address) const noexcept {
    const auto rest = static_cast<std::uint64_t>(address.bus) << 8U |
                      static_cast<std::uint64_t>(address.slot) << 3U | address.function;
    return std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(address.domain) << 16U | rest);
  }
};
