// SPDX-License-Identifier: GPL-2.0-or-later
// What has to go along with a target, and whether it can.
#pragma once

#include <string>
#include <vector>

#include "gpupass/finding.hpp"

namespace gpupass::judge {

/// The members of the group that would have to go along: endpoints outside the target on a driver of the
/// host's. Bridges are not among them, on whatever driver they are: the kernel lets a bridge be in a guest's
/// group because it starts no DMA of its own. Nor are devices behind a controller (Intel VMD) of the target,
/// which disappear when that leaves its driver. In order of address.
[[nodiscard]] std::vector<const Device*> in_the_way(const IommuGroup& group, const Target& target,
                                                    const Inventory& inventory);

/// False where the release cannot be read.
[[nodiscard]] bool is_kernel_older_than(const Kernel& kernel, unsigned major, unsigned minor);

/// What this machine's IOMMU needs on the kernel's command line and has not: "intel_iommu=on", or nothing.
/// AMD's needs nothing.
[[nodiscard]] std::vector<std::string> missing_kernel_words(const Inventory& inventory);

/// The group's direct regions, where the kernel heeds them: kernels before 5.3 exempt graphics and USB on
/// Intel's machines.
[[nodiscard]] std::vector<ReservedRegion> demanded_regions(const Inventory& inventory,
                                                           const IommuGroup& group);

/// Uses of a device by the host that cannot be taken away while it runs: whatever uses its disk (a mounted
/// file system, swap, a layer of storage, a target, a process), the only default route. Empty: none is known.
[[nodiscard]] std::vector<Holder> vital_uses(const Inventory& inventory, const Target& target,
                                             const PciAddress& device);

/// Endpoints outside the target below the bridge that is next above the device: what a reset of its bus
/// reaches. In order of address.
[[nodiscard]] std::vector<PciAddress> others_on_bus(const Inventory& inventory, const Target& target,
                                                    const Device& device);

/// The target and these others, and whatever is then in the way in their groups, until nothing is.
[[nodiscard]] Target with_groups(const Inventory& inventory, Target target,
                                 const std::vector<PciAddress>& others);

/// What a target would always be refused for: a remedy that leads to this is not a remedy.
[[nodiscard]] std::vector<Finding> refusals(const Inventory& inventory, const Target& target,
                                            Occasion occasion = Occasion::attach);

/// What `--only` leaves of the target: its cards without what goes along with their graphics.
[[nodiscard]] Target without_companions(const Inventory& inventory, const Target& target);

/// "--with 0000:00:1d.0 --with 0000:00:1d.1": the whole without the target.
[[nodiscard]] std::string with_words(const Target& whole, const Target& target);

/// True of what may sit in a slot, so that another slot could give it another group. False on the root bus
/// and of functions of AMD's processors and chipsets, which are behind bridges, too.
[[nodiscard]] bool may_be_moved(const Inventory& inventory, const Device& device);

}  // namespace gpupass::judge
