// SPDX-License-Identifier: GPL-2.0-or-later
// A function named by its ids: in a guest its address differs from the one on the host.
#pragma once

#include <string>

#include "gpupass/host.hpp"

namespace gpupass::bench::pci {

/// "10de:2331": vendor and device, four hexadecimal digits each.
[[nodiscard]] bool are_ids(const std::string& text);

/// Of the function whose folder below /sys this is, in that form; empty if it cannot be read.
[[nodiscard]] std::string ids_of(const Host& host, const std::string& folder);

/// The address of the function with these ids; an address as it is. Errors: not_found; usage, if several
/// have them.
[[nodiscard]] Result<std::string> address_of(const Host& host, const std::string& address_or_ids);

}  // namespace gpupass::bench::pci
