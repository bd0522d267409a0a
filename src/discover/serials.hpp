// SPDX-License-Identifier: GPL-2.0-or-later
// Serial numbers, which distinguish two devices of one model wherever they are plugged in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass::discover {

/// The SN field of vital product data (PCI Local Bus Specification 3.0, appendix I). Nothing if there is
/// none, or where it is not made of printable characters.
[[nodiscard]] std::optional<std::string> serial_of_vpd(std::string_view vpd);

/// "GPU UUID: \t GPU-…" in /proc/driver/nvidia/gpus/ADDRESS/information. Nothing while the driver has
/// question marks there: it has not started the card.
[[nodiscard]] std::optional<std::string> uuid_of_nvidia(std::string_view information);

/// Fills in, for these functions, the serial numbers whose reading takes time and may block.
void read_slow_serials(const Host& host, const std::vector<PciAddress>& functions,
                       std::vector<Device>& devices);

}  // namespace gpupass::discover
