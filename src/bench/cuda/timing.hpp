// SPDX-License-Identifier: GPL-2.0-or-later
// How samples of CUDA work are taken: by the card's clock, or by the host's.
#pragma once

#include <cuda_runtime.h>

#include <chrono>
#include <cstdint>
#include <functional>

#include "bench/case.hpp"

namespace gpupass::bench::cuda {

/// How many samples, and how long one must last. What suits a bandwidth is what the defaults say.
struct SampleRule {
  std::int64_t full = 31;  // samples in a full run
  std::int64_t quick = 5;  // and in a quick one
  std::chrono::nanoseconds at_least =
      std::chrono::milliseconds(1);  // of one sample; 0: one iteration, no more
  std::chrono::milliseconds window = std::chrono::milliseconds(50);  // of the warm-up; a fifth in a quick run
};

/// For latencies, whose tail is the point: single iterations, enough of them for a p99.9.
inline constexpr SampleRule k_tail{10000, 1000, std::chrono::nanoseconds(0), std::chrono::milliseconds(50)};

/// Queues one iteration on the stream and returns without waiting for it.
using Enqueue = std::function<Result<>(cudaStream_t)>;

/// Times iterations by the card's own clock and fills in samples_ns, sm_mhz and work. amount is what one
/// iteration moves or does (Work::amount). A measurement that has samples gets as many more, of as many
/// iterations and without a warm-up: so the samples of one measurement can be spread over a case.
/// Warm-up: one iteration alone (kernels are loaded then), then windows until three of them agree within 1 %
/// in the processors' clock. A sample: everything is queued behind a kernel that holds the stream back, start
/// and stop events included, so the cost of queueing is in no sample. Iterations are as many as last
/// SampleRule::at_least, at most 256: what is queued must fit.
/// The injected delay is a real spin on the card in front of the stop event.
/// Errors: timeout; an enqueue that fails; whatever a kernel did wrong.
[[nodiscard]] Result<> sample_on_device(const Context& context, Measurement& measurement, double amount,
                                        const Enqueue& enqueue, const SampleRule& rule = {});

/// Times one_iteration, which waits for what it starts, by the host's clock, with the injected delay spent on
/// the processor. before, where given, is run ahead of every sample, outside of its time.
/// Warm-up: one window, an iteration at least. A measurement that has samples gets more, warm as it is.
/// Errors: timeout, when all of it takes longer than twice Settings::timeout; an iteration that fails.
[[nodiscard]] Result<> sample_on_host(const Context& context, Measurement& measurement, double amount,
                                      const std::function<Result<>()>& one_iteration,
                                      const SampleRule& rule = {},
                                      const std::function<Result<>()>& before = {});

#ifdef __CUDACC__
/// Nanoseconds on the card's own clock, the same on all its processors. For time-outs in device code: no loop
/// that waits may be without one.
__device__ inline std::uint64_t device_ns() {
  std::uint64_t ns = 0;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(ns));
  return ns;
}
#endif

}  // namespace gpupass::bench::cuda
