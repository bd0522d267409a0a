// SPDX-License-Identifier: GPL-2.0-or-later
// What is to be bound to vfio-pci at boot, and what happened at this boot.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/identity.hpp"
#include "gpupass/pci_address.hpp"
#include "gpupass/record_files.hpp"

namespace gpupass {

/// A function, by its address and its identity. The values are sysfs's own texts ("0x1002"): at boot a
/// shell script compares them.
struct BootBinding {
  PciAddress device;
  std::string vendor, device_id, subsystem_vendor, subsystem_device, class_code, revision;
  std::string place;    // the slots it is in, from the host bridge on: "pci0000:00/0000:00:04.0/0000:01:00.0"
  std::string since;    // UTC
  std::string boot_id;  // of the boot in which it was made
  bool operator==(const BootBinding&) const = default;
};

/// The device at this address now, without time and boot.
[[nodiscard]] BootBinding identify(const Host& host, const PciAddress& device);
/// Everything that must match at boot, as it follows the address in a line of the list.
[[nodiscard]] std::string identity_of(const BootBinding& binding);

/// The same as gpupass remembers devices elsewhere, to look for it in an inventory.
[[nodiscard]] Identity remembered(const BootBinding& binding);

/// "10de:2330"; what could not be read is "-".
[[nodiscard]] std::string ids_text(const BootBinding& binding);

[[nodiscard]] std::string to_json(const BootBinding& binding);
[[nodiscard]] Result<BootBinding> boot_binding_from_json(const std::string& text);

/// Where gpupass writes one down: below /var/lib/gpupass/bindings.
[[nodiscard]] std::string boot_binding_path(const PciAddress& device);
/// Those written down, sorted by device.
[[nodiscard]] Result<Records<BootBinding>> read_boot_bindings(const Host& host);

/// The list that is read at boot. It is in /etc, because /var may not be mounted by then.
constexpr const char* k_boot_list = "/etc/gpupass/boot-bindings";
/// Its text.
[[nodiscard]] std::string boot_list(const std::vector<BootBinding>& bindings);
/// What the list says now: identities by addresses. Empty if there is no list.
[[nodiscard]] std::map<PciAddress, std::string> listed_for_boot(const Host& host);

/// A line of it: the device that must be at the address.
[[nodiscard]] BootBinding listed_binding(const PciAddress& device, const std::string& identity);

/// What the script said of a function at this boot: "bound", "late nouveau", …; nothing: it did not run, or
/// knew nothing of it. scripts/boot/boot-bind has the words.
[[nodiscard]] std::optional<std::string> boot_outcome(const Host& host, const PciAddress& device);

}  // namespace gpupass
