// SPDX-License-Identifier: GPL-2.0-or-later
// A PCI function's files in sysfs, by name, and the writes that move it between drivers.
#pragma once

#include <string>

#include "gpupass/apply/apply.hpp"

namespace gpupass::apply {

[[nodiscard]] std::string device_folder(const PciAddress& device);
[[nodiscard]] bool is_there(const Host& host, const DeviceName& device);
/// Empty: no driver is bound.
[[nodiscard]] std::string driver_of(const Host& host, const PciAddress& device);
/// Empty: not set. Error: timeout while a driver is letting go of the device.
[[nodiscard]] Result<std::string> override_of(const Host& host, const PciAddress& device);

/// Each of these returns when the kernel has, or with the child that is still in it. Success is
/// what was read back.
[[nodiscard]] Result<WriteEnd> set_override(Doors& doors, const PciAddress& device,
                                            const std::string& driver);
[[nodiscard]] Result<WriteEnd> unbind(Doors& doors, const PciAddress& device, const std::string& driver);
[[nodiscard]] Result<WriteEnd> probe(Doors& doors, const PciAddress& device, const std::string& driver);

}  // namespace gpupass::apply
