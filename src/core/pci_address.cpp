// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/pci_address.hpp"

#include <fmt/format.h>

#include "gpupass/core/text.hpp"

namespace gpupass {

std::string to_string(const PciAddress& address) {
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", address.domain, address.bus, address.slot,
                     address.function);
}

std::string names(const std::vector<PciAddress>& functions) {
  std::vector<std::string> texts;
  for (const auto& function : functions) texts.push_back(to_string(function));
  return core::enumerate(texts);
}

std::string slot_to_string(const PciAddress& address) {
  return fmt::format("{:04x}:{:02x}:{:02x}", address.domain, address.bus, address.slot);
}

std::optional<PciAddress> parse_pci_address(std::string_view text) {
  const auto first = text.find(':');
  if (first == std::string_view::npos || first < 4 || first > 8) return std::nullopt;
  const auto rest = text.substr(first + 1);
  if (rest.size() != 7 || rest[2] != ':' || rest[5] != '.') return std::nullopt;
  const auto domain = core::parse_number(text.substr(0, first), 16);
  const auto bus = core::parse_number(rest.substr(0, 2), 16);
  const auto slot = core::parse_number(rest.substr(3, 2), 16);
  const auto function = core::parse_number(rest.substr(6), 16);
  if (!domain || !bus || !slot || !function || *slot > 0x1f || *function > 7) return std::nullopt;
  return PciAddress{static_cast<std::uint32_t>(*domain), static_cast<std::uint8_t>(*bus),
                    static_cast<std::uint8_t>(*slot), static_cast<std::uint8_t>(*function)};
}

}  // namespace gpupass
