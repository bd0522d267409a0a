// SPDX-License-Identifier: GPL-2.0-or-later
// Cards in containers that run, seen from the host: nodes in their /dev, and programs with NCCL.
#pragma once

#include <vector>

#include "gpupass/container/machine.hpp"
#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::container {

/// By the numbers of nodes: a container may have them under any name.
[[nodiscard]] std::vector<GivenNode> read_given(const Host& host, const Inventory& inventory,
                                                const std::vector<Card>& cards);
/// Of the holders; a program that has NCCL in itself is not seen.
[[nodiscard]] std::vector<NcclRank> read_ranks(const Host& host, const Inventory& inventory,
                                               const Machine& machine);

}  // namespace gpupass::container
