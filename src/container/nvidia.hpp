// SPDX-License-Identifier: GPL-2.0-or-later
// What NVIDIA's driver has on a host that a container needs: files, wherever a distribution or a cloud put
// them.
#pragma once

#include <optional>

#include "container/nodes.hpp"
#include "gpupass/container/machine.hpp"
#include "gpupass/host.hpp"

namespace gpupass::container {

/// Nothing if the kernel module is not loaded.
[[nodiscard]] std::optional<NvidiaDriver> read_nvidia(const Host& host, const NodeReader& nodes,
                                                      const std::string& architecture);

/// Of a card: its name by the driver, and the minor of its node. Nothing if the driver does not have it.
struct NvidiaCard {
  std::string uuid;
  std::uint64_t minor = 0;
};
[[nodiscard]] std::optional<NvidiaCard> read_nvidia_card(const Host& host, const PciAddress& card);

}  // namespace gpupass::container
