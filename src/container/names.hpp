// SPDX-License-Identifier: GPL-2.0-or-later
// The names that engines have for their containers, from their own files.
#pragma once

#include <vector>

#include "gpupass/container/machine.hpp"
#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::container {

/// Of those that run, and of the holders that are in one, where the engine's files can be read; each once.
[[nodiscard]] std::vector<ContainerName> read_names(const Host& host, const Inventory& inventory);

}  // namespace gpupass::container
