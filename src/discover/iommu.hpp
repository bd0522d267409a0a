// SPDX-License-Identifier: GPL-2.0-or-later
// The machine's IOMMU and the groups it makes.
#pragma once

#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

/// The groups that hold PCI functions, by number, with what the kernel says of their translation.
[[nodiscard]] std::vector<IommuGroup> read_groups(const Host& host, const std::vector<Device>& devices,
                                                  Problems& problems);

/// Looks at kernel and processor too, for why an IOMMU is off.
[[nodiscard]] Iommu read_iommu(const Host& host, const Inventory& inventory, Problems& problems);

}  // namespace gpupass::discover
