// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

constexpr const char* k_way_back =
    "to get back: in the boot menu add gpupass.bind=off to the kernel's command line (GRUB: e, at the end of "
    "the line that begins with linux; systemd-boot: e), and for that boot all drivers are as before; then "
    "`gpupass unbind --persist --apply`. Prepare another way to log in (ssh, a serial console), and add "
    "--yes";

std::vector<Finding> dark(const PciAddress& device, std::string what, std::vector<Evidence> evidence) {
  return {blocks(Consent::may_be_given, device, std::move(what), std::move(evidence), k_way_back)};
}

}  // namespace

/// Whether the host can still show its console once the target is vfio-pci's from the start: what will be
/// seen, and how to get back.
std::vector<Finding> boot_display_without(const Inventory& inventory, const Target& target) {
  const Device* first = nullptr;  // of those that go: the firmware's, if it is among them
  const Device* left = nullptr;
  for (const auto& device : inventory.devices) {
    if (!device.is_gpu()) continue;
    if (!contains(target, device.address)) {
      left = &device;
    } else if (first == nullptr || device.boot_vga.value_or(false)) {
      first = &device;
    }
  }
  if (first != nullptr && left == nullptr) {
    return dark(
        first->address,
        fmt::format("no graphics card is left to the host: from the next boot on the screen shows the "
                    "boot menu, and then nothing, because {} is the machine's last one",
                    to_string(first->address)),
        {});
  }
  if (first != nullptr && first->boot_vga.value_or(false)) {
    return dark(first->address,
                fmt::format("the firmware starts with {}: from the next boot on its screen stays as the boot "
                            "menu left it, and {} shows the console if its driver can",
                            to_string(first->address), to_string(left->address)),
                {{sysfs::pci_device(first->address, "boot_vga"), "1"}});
  }
  for (const auto& holder : inventory.holders) {
    if (holder.kind != HolderKind::console || !contains(target, holder.device)) continue;
    return dark(holder.device,
                fmt::format("the kernel's console is on {} of {}: from the next boot on it shows nothing",
                            holder.node, to_string(holder.device)),
                {});
  }
  return {};
}

}  // namespace gpupass::judge
