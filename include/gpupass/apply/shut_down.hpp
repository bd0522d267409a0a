// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <string>

#include "gpupass/hypervisor.hpp"

namespace gpupass::apply {

/// Asks a running guest to shut down, again and again, and waits until it has; also while an interruption is
/// pending, since what was begun is to be put back. Error: timeout.
[[nodiscard]] Result<void> shut_down(DomainStore& domains, DomainLife& life, const std::string& domain,
                                     std::chrono::milliseconds patience);

}  // namespace gpupass::apply
