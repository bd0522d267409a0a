// SPDX-License-Identifier: GPL-2.0-or-later
// A BAR of a function that vfio-pci has. Opening the function resets it, as a guest's start does.
#pragma once

#include <memory>
#include <string>

#include "bench/pci/window.hpp"

namespace gpupass::bench::pci {

[[nodiscard]] Result<std::unique_ptr<Window>> open_by_vfio(const Host& host, const std::string& address,
                                                           const Bar& bar);

}  // namespace gpupass::bench::pci
