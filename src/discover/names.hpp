// SPDX-License-Identifier: GPL-2.0-or-later
// Names from pci.ids.
#pragma once

#include <string>

#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

/// Sets the names of devices, from the list at `list` ("/usr/share/misc/pci.ids").
void name_devices(const Host& host, const std::string& list, std::vector<Device>& devices,
                  Problems& problems);

}  // namespace gpupass::discover
