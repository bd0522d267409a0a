// SPDX-License-Identifier: GPL-2.0-or-later
// What every CUDA case is written with: the runtime's values, the card and its ceilings, patterns, timing.
#pragma once

#include "bench/case.hpp"
#include "bench/cuda/card.hpp"
#include "bench/cuda/pattern.hpp"
#include "bench/cuda/runtime.hpp"
#include "bench/cuda/timing.hpp"

namespace gpupass::bench::cuda {

/// Makes the card of Settings::device the current one; waits on it spin unless a case says otherwise.
[[nodiscard]] Result<Card> select(const Context& context);

}  // namespace gpupass::bench::cuda
