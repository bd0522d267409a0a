// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the host can still show its console once functions are vfio-pci's from the start.
#pragma once

#include <optional>
#include <vector>

#include "gpupass/finding.hpp"

namespace gpupass::boot {

/// What a person must agree to before a boot without these functions; nothing where the console is not
/// concerned. It says what will be seen, and how to get back.
[[nodiscard]] std::optional<Finding> screen_without(const Inventory& inventory,
                                                    const std::vector<PciAddress>& functions);

}  // namespace gpupass::boot
