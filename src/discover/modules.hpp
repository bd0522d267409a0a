// SPDX-License-Identifier: GPL-2.0-or-later
// Which kernel modules say they can drive a PCI function.
//
// Read from the text that depmod writes: libkmod reads only the binary index beside it, of the
// running kernel, which a captured host has none of.
#pragma once

#include <string_view>

#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

/// Sets `modules` of the devices, from /lib/modules/RELEASE.
void find_modules(const Host& host, const std::string& release, std::vector<Device>& devices,
                  Problems& problems);

/// What a module says it can drive, "pci:v000010DEd*sv*sd*bc03sc*i*"; a part without a value fits any.
struct PciAlias {
  std::optional<std::uint32_t> vendor, device, subsystem_vendor, subsystem_device;
  std::optional<std::uint32_t> base_class, subclass, interface;
  bool operator==(const PciAlias&) const = default;

  [[nodiscard]] bool fits(const Device& device) const;
};
/// Nothing for text that is no such alias.
[[nodiscard]] std::optional<PciAlias> parse_alias(std::string_view text);

}  // namespace gpupass::discover
