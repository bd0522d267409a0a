// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU's arguments outside libvirt's own elements, as far as they give a device of the host to the guest.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/pci_address.hpp"

namespace gpupass::virt {

/// A PCI function or a mediated device of the host; one of the two.
struct HostDevice {
  std::optional<PciAddress> function;
  std::string mediated;  // its UUID, in lower case
  bool operator==(const HostDevice&) const = default;
};

/// UUIDs are compared in lower case.
[[nodiscard]] std::string lower_case(std::string text);

/// The value of a device's property: "host" takes an address with or without its domain, "sysfsdev" a path
/// below /sys. Nothing for other properties and values.
[[nodiscard]] std::optional<HostDevice> host_device_of(std::string_view property, const std::string& value);

/// The devices that a command line's arguments give, in order: `-device DRIVER,host=…` (pci-assign of old
/// times as well as vfio-pci and its relatives), the same as JSON, `-set device.ID.host=…` and
/// `-global DRIVER.host=…`, and an NVMe disk that `-drive` or `-blockdev` names.
[[nodiscard]] std::vector<HostDevice> host_devices_of(const std::vector<std::string>& arguments);

}  // namespace gpupass::virt
