// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/address_xml.hpp"

#include <fmt/format.h>

#include <limits>
#include <string_view>

#include "gpupass/core/text.hpp"

namespace gpupass::virt {
namespace {

/// strtoul with base 0, of which libvirt refuses a minus sign and anything after the digits.
std::optional<std::uint64_t> parse_as_libvirt(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n\v\f\r");
  if (first == std::string_view::npos) return std::nullopt;
  text.remove_prefix(first);
  if (text.front() == '+') text.remove_prefix(1);
  if (text.starts_with("0x") || text.starts_with("0X")) return core::parse_number(text, 16);
  return core::parse_number(text, text.starts_with('0') ? 8 : 10);
}

Result<std::uint32_t> read_number(const Element& address, const char* name, std::uint32_t most) {
  const auto text = attribute(address, name);
  if (!text) return 0;
  const auto value = parse_as_libvirt(*text);
  const auto where = fmt::format("line {}: <{}>", address.GetLineNum(), address.Parent()->Value());
  if (!value || *value > std::numeric_limits<std::uint32_t>::max()) {
    return fail(
        ErrorKind::invalid,
        fmt::format("{}: Invalid value for attribute '{}' in element '{}': '{}'. Expected non-negative "
                    "integer value",
                    where, name, address.Name(), *text),
        "write decimal digits, or hexadecimal ones with 0x before them; libvirt takes a leading 0 "
        "for octal");
  }
  if (*value > most) {
    return fail(ErrorKind::invalid,
                fmt::format("{}: Invalid PCI address {}='{}', must be <= 0x{:X}", where, name, *text, most));
  }
  return static_cast<std::uint32_t>(*value);
}

}  // namespace

Result<PciAddress> read_address(const Element& address) {
  GPUPASS_TRY_ASSIGN(const auto domain,
                     read_number(address, "domain", std::numeric_limits<std::uint32_t>::max()));
  GPUPASS_TRY_ASSIGN(const auto bus, read_number(address, "bus", 0xff));
  GPUPASS_TRY_ASSIGN(const auto slot, read_number(address, "slot", 0x1f));
  GPUPASS_TRY_ASSIGN(const auto function, read_number(address, "function", 7));
  return PciAddress{domain, static_cast<std::uint8_t>(bus), static_cast<std::uint8_t>(slot),
                    static_cast<std::uint8_t>(function)};
}

void write_address(Element& address, const PciAddress& value) {
  address.SetAttribute("domain", fmt::format("0x{:04x}", value.domain).c_str());
  address.SetAttribute("bus", fmt::format("0x{:02x}", value.bus).c_str());
  address.SetAttribute("slot", fmt::format("0x{:02x}", value.slot).c_str());
  address.SetAttribute("function", fmt::format("0x{:x}", value.function).c_str());
}

Result<std::optional<PciAddress>> guest_address(const Element& device) {
  const auto* const address = device.FirstChildElement("address");
  if (address == nullptr || !attribute_is(*address, "type", "pci")) return std::nullopt;
  GPUPASS_TRY_ASSIGN(const auto value, read_address(*address));
  // Slot 0 of bus 0 is the host bridge: libvirt takes all zeros for "place it yourself".
  if (value == PciAddress{}) return std::nullopt;
  return value;
}

}  // namespace gpupass::virt
