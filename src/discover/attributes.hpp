// SPDX-License-Identifier: GPL-2.0-or-later
// What the files and links in a PCI function's folder say about it.
#pragma once

#include "gpupass/discover/problems.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/sys/folder.hpp"

namespace gpupass::discover {

/// Fills in everything but what needs the configuration space, the lists of names and modules, and
/// driver_override (whose read may block).
void read_attributes(const sys::Folder& folder, Device& device, Problems& problems);

}  // namespace gpupass::discover
