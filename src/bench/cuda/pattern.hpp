// SPDX-License-Identifier: GPL-2.0-or-later
// What copies are checked with: every 64-bit word depends on its own index and on a seed, so data at a wrong
// place is noticed wherever it is. A pattern with a period could not reveal a mapping that is off by that
// period.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gpupass/bench/measurement.hpp"
#include "gpupass/error.hpp"

#ifdef __CUDACC__
#define GPUPASS_ON_BOTH __host__ __device__
#else
#define GPUPASS_ON_BOTH
#endif

namespace gpupass::bench::cuda {

/// The word at that index: splitmix64 of index ^ seed.
GPUPASS_ON_BOTH constexpr std::uint64_t pattern_word(std::uint64_t index, std::uint64_t seed) {
  std::uint64_t z = (index ^ seed) + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

/// What every byte of a destination is before something is written there.
inline constexpr int k_poison = 0xCC;

// Sizes are in bytes and need not be whole words: of the last word, its first bytes count. The device forms
// work on the current card's memory, and return when it is done.

[[nodiscard]] Result<> fill_pattern(void* device, std::size_t bytes, std::uint64_t seed);
[[nodiscard]] Result<> poison(void* device, std::size_t bytes);
/// Every word compared. The first error names the lowest wrong index.
[[nodiscard]] Result<Check> check_pattern(const void* device, std::size_t bytes, std::uint64_t seed);

// The same by the processor, for host memory: it must not be the card that looks at host memory, because a
// card that reads where it has written sees nothing wrong with a mapping that leads elsewhere.

void fill_pattern_on_host(void* memory, std::size_t bytes, std::uint64_t seed);
void poison_on_host(void* memory, std::size_t bytes);
[[nodiscard]] Check check_pattern_on_host(const void* memory, std::size_t bytes, std::uint64_t seed);

/// What both halves find.
struct WrongWords {
  std::uint64_t count = 0;
  struct {
    std::uint64_t index = 0, found = 0, expected = 0;
  } first;  // the lowest; only where count is not 0
};
[[nodiscard]] Check check_of(const WrongWords& wrong, std::size_t bytes);

/// Enters the check: passed without errors, else failed with the first of them as the reason.
void judge(Measurement& measurement, Check check);

}  // namespace gpupass::bench::cuda
