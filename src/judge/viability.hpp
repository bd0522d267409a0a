// SPDX-License-Identifier: GPL-2.0-or-later
// Which members of an IOMMU group keep the others from being passed through.
#pragma once

#include <vector>

#include "gpupass/finding.hpp"

namespace gpupass::rules {

/// The members of the group that would have to go along: endpoints outside the target on a driver
/// of the host's. Bridges are not among them, on whatever driver they are: the kernel lets a bridge
/// be in a guest's group because it starts no DMA of its own. In order of address.
[[nodiscard]] std::vector<const Device*> in_the_way(const IommuGroup& group, const Target& target,
                                                    const Inventory& inventory);

/// Uses of a device by the host that cannot be taken away while it runs: a mounted file system, swap
/// in use, the only default route. Empty: none is known.
[[nodiscard]] std::vector<Holder> vital_uses(const Inventory& inventory, const Target& target,
                                             const PciAddress& device);

}  // namespace gpupass::rules
