// SPDX-License-Identifier: GPL-2.0-or-later
// The running kernel, its modules, and whether the processor can run guests.
#pragma once

#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

[[nodiscard]] Kernel read_kernel(const Host& host, Problems& problems);
[[nodiscard]] Kvm read_kvm(const Host& host, Problems& problems);

}  // namespace gpupass::discover
