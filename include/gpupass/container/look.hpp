// SPDX-License-Identifier: GPL-2.0-or-later
// What containers can have of a machine, read from its files.
#pragma once

#include "gpupass/container/machine.hpp"
#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::container {

/// Everything: cards, NVIDIA's driver, CDI files, and the names of containers among the inventory's holders.
[[nodiscard]] Machine look_at(const Host& host, const Inventory& inventory);

}  // namespace gpupass::container
