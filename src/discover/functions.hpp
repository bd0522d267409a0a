// SPDX-License-Identifier: GPL-2.0-or-later
// Every PCI function of the machine.
#pragma once

#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

/// Sorted by address, complete but for names, modules and driver_override. Error: the bus's folder
/// cannot be read, or its path is too long for libpci.
[[nodiscard]] Result<std::vector<Device>> read_functions(const Host& host, Problems& problems);

/// The bridges above the function that a link below /sys/bus/pci/devices leads to, nearest first:
/// "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0" → 0000:00:01.0.
[[nodiscard]] std::vector<PciAddress> bridges_above(std::string_view target);

/// The function below which the device's root bus lies, by the same path: Intel VMD's, 0000:00:0e.0 of
/// ".../0000:00:0e.0/pci10000:e0/10000:e0:06.0/…". Nothing for most.
[[nodiscard]] std::optional<PciAddress> controller_above(std::string_view target);

/// Sets driver_override, read under a deadline. To be called after everything else is read: while a
/// driver lets go of its device, this is the attribute whose read may not return.
void read_driver_overrides(const Host& host, std::vector<Device>& devices, Problems& problems);

}  // namespace gpupass::discover
