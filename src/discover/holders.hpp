// SPDX-License-Identifier: GPL-2.0-or-later
// What on the host uses a device. One file a kind in holders/.
#pragma once

#include "discover/problems.hpp"

namespace gpupass::discovery {

/// Sets holders and holders_complete of an inventory whose devices and groups are known.
void read_holders(const Host& host, Inventory& inventory);

}  // namespace gpupass::discovery
