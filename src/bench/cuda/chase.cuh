// SPDX-License-Identifier: GPL-2.0-or-later
// A ring through memory, one stop per page in random order, and one thread that follows it: each access waits
// for the one before, so a step is one round trip over everything between the card and that memory.
#pragma once

#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {

inline constexpr std::size_t k_page = 4096;

/// Calls `write` for every page of `bytes` with the offset, in bytes, of the word that is this page's stop
/// and the offset that must be written there, the next stop's. Which word of a page is its stop is random,
/// too. Returns the first stop.
std::uint64_t lay_ring(std::size_t bytes, std::uint64_t seed,
                       const std::function<void(std::size_t, std::size_t)>& write);

/// The position of a chase, in device memory, from one launch to the next.
struct Chase {
  std::uint64_t at = 0;       // offset of the stop that is read next
  std::uint64_t steps = 0;    // made
  std::uint64_t home = 0;     // step at which the first stop was reached again; 0: not yet
  std::uint64_t first = 0;    // offset of the first stop
  std::uint64_t expired = 0;  // 1: a launch ran out of time
};

/// Queues that many steps of one thread.
[[nodiscard]] Result<> follow(const void* ring, Chase* chase, std::uint64_t steps,
                              std::chrono::milliseconds timeout, cudaStream_t stream);

/// Follows a ring of `stops` once around and checks that it closes there and not earlier, which shows that
/// every page was read and led where it should.
[[nodiscard]] Result<Check> check_ring(const void* ring, std::uint64_t first, std::size_t stops,
                                       std::chrono::milliseconds timeout);

/// Times a step through the ring and fills in samples and work; `first` is the offset of any stop.
[[nodiscard]] Result<> sample_chase(const Context& context, Measurement& measurement, const void* ring,
                                    std::uint64_t first);

}  // namespace gpupass::bench::cuda
