// SPDX-License-Identifier: GPL-2.0-or-later
// Samples of work on the processor, by CLOCK_MONOTONIC_RAW: the one clock that nothing adjusts.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "bench/case.hpp"

namespace gpupass::bench {

/// Of CLOCK_MONOTONIC_RAW.
[[nodiscard]] std::int64_t now_ns();

/// Keeps the processor busy until as much more time has passed as `fraction` of what passed since `start`
/// (--inject), and returns the time since `start`.
[[nodiscard]] std::int64_t elapsed_with_injection(std::int64_t start, double fraction);

/// How many samples, and how long each of them at least.
struct Sampling {
  int samples;
  std::chrono::nanoseconds least;
};
/// 31 samples of 1 ms; quick: 7 of 200 µs.
[[nodiscard]] Sampling sampling(const Settings& settings);

/// Runs `iterate(n)`, which does the work n times, often enough for each sample to last as long as it must,
/// and fills samples_ns and work.iterations. The first rounds, which find that number, are not kept.
/// Error: timeout.
Result<> sample_batches(const Context& context, Measurement& measurement,
                        const std::function<void(std::int64_t)>& iterate);

}  // namespace gpupass::bench
