// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel itself shows on a card: a framebuffer, the text console, a serial console.
#include <fmt/format.h>

#include <algorithm>

#include "discover/holders/holders.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

using Names = std::vector<std::string>;

std::string text_of(const Host& host, const std::string& path) {
  return core::printable(core::trim(host.attribute(path).value_or("")));
}

/// The card that firmware set up for the screen.
std::vector<PciAddress> boot_card(const Inventory& inventory) {
  const auto found = std::find_if(inventory.devices.begin(), inventory.devices.end(),
                                  [](const Device& device) { return device.boot_vga.value_or(false); });
  if (found == inventory.devices.end()) return {};
  return {found->address};
}

/// A framebuffer that firmware left (efifb, simplefb) belongs to no PCI device in sysfs: it is the boot
/// card's.
std::vector<PciAddress> card_of(const Host& host, const std::string& path, const Inventory& inventory,
                                const Paths& paths) {
  const auto real = host.resolve(path);
  auto functions = real ? paths.functions_of(*real) : std::vector<PciAddress>{};
  return functions.empty() ? boot_card(inventory) : functions;
}

struct TextConsoles {
  bool on_framebuffer = false;
  bool on_vga = false;  // the text mode of the boot card, without a framebuffer
};

/// /sys/class/vtconsole/vtcon0 has a name, "(S) VGA+" or "(M) frame buffer device", and whether it is
/// bound.
TextConsoles read_text_consoles(const Host& host) {
  TextConsoles consoles;
  const auto all = sysfs::of_class("vtconsole") + "/";
  for (const auto& vtcon : host.list(all).value_or(Names{})) {
    if (text_of(host, all + vtcon + "/bind") != "1") continue;
    const auto name = text_of(host, all + vtcon + "/name");
    consoles.on_framebuffer |= name.find("frame buffer") != name.npos;
    consoles.on_vga |= name.find("VGA") != name.npos;
  }
  return consoles;
}

void hold_framebuffers(const Host& host, const Inventory& inventory, const Paths& paths, bool console,
                       Holders& holders) {
  const auto all = sysfs::of_class("graphics") + "/";
  for (const auto& fb : host.list(all).value_or(Names{})) {
    if (!fb.starts_with("fb") || !core::parse_number(std::string_view(fb).substr(2))) continue;
    const auto driver = text_of(host, all + fb + "/name");
    // The text console is shown on the first framebuffer unless somebody moved it.
    const bool shows_console = console && fb == "fb0";
    for (const auto& card : card_of(host, all + fb, inventory, paths)) {
      holders.push_back({card, shows_console ? HolderKind::console : HolderKind::framebuffer, fb,
                         shows_console ? "text console on " + driver : driver, 0, ""});
    }
  }
}

/// /sys/class/tty/console/active names the consoles of the kernel: "tty0 ttyS4".
void hold_serial_consoles(const Host& host, const Paths& paths, Holders& holders) {
  const auto active = text_of(host, sysfs::of_class("tty", "console", "active"));
  for (const auto tty : core::words(active)) {
    const auto path = host.resolve(sysfs::of_class("tty", tty));
    const auto functions = path ? paths.functions_of(*path) : std::vector<PciAddress>{};
    for (const auto& function : functions) {
      holders.push_back({function, HolderKind::console, std::string(tty), "kernel console", 0, ""});
    }
  }
}

}  // namespace

void read_consoles(const Host& host, const Inventory& inventory, const Paths& paths, Holders& holders) {
  const auto consoles = read_text_consoles(host);
  hold_framebuffers(host, inventory, paths, consoles.on_framebuffer, holders);
  for (const auto& card : consoles.on_vga ? boot_card(inventory) : std::vector<PciAddress>{}) {
    holders.push_back({card, HolderKind::console, "vga", "text console", 0, ""});
  }
  hold_serial_consoles(host, paths, holders);
}

}  // namespace gpupass::discover
