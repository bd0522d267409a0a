// SPDX-License-Identifier: GPL-2.0-or-later
// Cases that need no device: what the guest's processor, not the card, costs.
#pragma once

#include "bench/case.hpp"

namespace gpupass::bench::processor {

[[nodiscard]] Result<> timer(const Case& row, Context& context);
[[nodiscard]] Result<> system_call(const Case& row, Context& context);
[[nodiscard]] Result<> wakeup(const Case& row, Context& context);
[[nodiscard]] Result<> memory_copy(const Case& row, Context& context);
[[nodiscard]] Result<> tlb(const Case& row, Context& context);

}  // namespace gpupass::bench::processor
