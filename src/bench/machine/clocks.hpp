// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the clock used for measuring can be trusted.
#pragma once

#include <cstdint>
#include <vector>

#include "gpupass/bench/run.hpp"

namespace gpupass::bench {

/// The same moment by two clocks: one that time servers steer and one that nothing does.
struct Moment {
  std::int64_t raw_ns = 0;      // CLOCK_MONOTONIC_RAW
  std::int64_t steered_ns = 0;  // CLOCK_MONOTONIC
};
[[nodiscard]] Moment moment();

/// Two gates: how far apart the clocks ran between the moments, in parts per million, and how long reading
/// one takes: a clock that is not read in user space blurs what lasts a microsecond.
[[nodiscard]] std::vector<Gate> gates(const Moment& before, const Moment& after, double read_ns);

/// Nanoseconds that reading CLOCK_MONOTONIC_RAW takes, the median of many.
[[nodiscard]] double clock_read_ns();

}  // namespace gpupass::bench
