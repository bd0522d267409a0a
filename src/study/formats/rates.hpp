// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "gpupass/bench/measurement.hpp"

namespace gpupass::study {

/// Of one iteration, from the median. The measurement has a summary.
[[nodiscard]] inline double nanoseconds_per_iteration(const bench::Measurement& measurement) {
  const double median = measurement.summary->median;
  const double amount = measurement.work.amount;
  return 1e9 * (measurement.better == bench::Better::higher ? amount / median : amount * median);
}

}  // namespace gpupass::study
