// SPDX-License-Identifier: GPL-2.0-or-later
// How containers can get each card of a machine.
#pragma once

#include <vector>

#include "container/nodes.hpp"
#include "gpupass/container/machine.hpp"
#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::container {

/// Every graphics and accelerator card, sorted by address.
[[nodiscard]] std::vector<Card> read_cards(const Host& host, const Inventory& inventory,
                                           const NodeReader& nodes);

}  // namespace gpupass::container
