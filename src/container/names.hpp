// SPDX-License-Identifier: GPL-2.0-or-later
// The names that engines have for their containers, from their own files.
#pragma once

#include <vector>

#include "gpupass/container/machine.hpp"
#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::container {

/// Of the holders that are in a container whose engine's files can be read, each once.
[[nodiscard]] std::vector<ContainerName> read_names(const Host& host, const std::vector<Holder>& holders);

}  // namespace gpupass::container
