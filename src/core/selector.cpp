// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cctype>
#include <utility>

#include "gpupass/core/overloaded.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/device_name.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {
namespace {

bool is_hex(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// With a colon it is an address or ids, if a wrong one; fewer letters and digits would mean too much.
bool may_be_name(std::string_view text) {
  const auto letters = std::ranges::count_if(text, [](unsigned char c) { return std::isalnum(c) != 0; });
  return letters >= 3 && text.find(':') == std::string_view::npos && !text.starts_with("pci_");
}

/// libvirt's name for a node device, pci_0000_01_00_0, as sysfs writes it.
std::string from_libvirt_name(std::string_view text) {
  std::string address(text.substr(4));
  constexpr char k_separators[] = {':', ':', '.'};
  std::size_t next = 0;
  for (auto& c : address) {
    if (c == '_' && next < std::size(k_separators)) c = k_separators[next++];
  }
  return address;
}

}  // namespace

Result<Selector> parse_selector(std::string_view text) {
  const auto selector = [&](auto means) { return Selector{std::string(text), std::move(means)}; };
  std::string full(text);
  if (text.starts_with("pci_")) full = from_libvirt_name(text);
  const auto colons = std::count(full.begin(), full.end(), ':');
  const auto dot = full.find('.');

  // 10de:2330: two groups of exactly four digits. 0000:01 would be a domain and a bus, which is no device.
  if (colons == 1 && dot == std::string::npos && full.size() == 9 && full[4] == ':' &&
      is_hex(full.substr(0, 4)) && is_hex(full.substr(5))) {
    return selector(PciIds{static_cast<std::uint16_t>(*core::parse_number(full.substr(0, 4), 16)),
                           static_cast<std::uint16_t>(*core::parse_number(full.substr(5), 16))});
  }
  if (colons == 1) full.insert(0, "0000:");
  if (dot != std::string::npos) {
    if (const auto address = parse_pci_address(full)) return selector(*address);
  } else if (!text.starts_with("pci_")) {
    if (const auto first = parse_pci_address(full + ".0")) return selector(PciSlot{*first});
  }
  if (parse_uuid(text))
    return fail(
        ErrorKind::unsupported,
        "'" + std::string(text) + "' is the UUID of a mediated device: only PCI functions can be named",
        "nothing was changed; `gpupass status` shows what gpupass holds");
  if (may_be_name(text)) return selector(PartOfName{std::string(text)});
  return fail(ErrorKind::usage, "'" + std::string(text) + "' names no PCI device",
              "give an address (0000:01:00.0 or 01:00.0), a slot (01:00, all its functions), "
              "a libvirt name (pci_0000_01_00_0), ids (10de:2330) or a part of its name (3090); "
              "`gpupass list` shows what is there");
}

bool names_a_place(const Selector& selector) {
  return std::holds_alternative<PciAddress>(selector.means) ||
         std::holds_alternative<PciSlot>(selector.means);
}

bool is_at(const Selector& selector, const PciAddress& function) {
  return std::visit(core::Overloaded{[&](const PciAddress& address) { return address == function; },
                                     [&](const PciSlot& slot) { return slot.first.same_slot(function); },
                                     [](const auto& /*wherever it is*/) { return false; }},
                    selector.means);
}

}  // namespace gpupass
