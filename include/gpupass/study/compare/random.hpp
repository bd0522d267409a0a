// SPDX-License-Identifier: GPL-2.0-or-later
// Reproducible choices: the same seed gives the same on every machine, which the standard library's
// distributions do not promise.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gpupass::study {

/// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

  /// One of 0 … count − 1; count is below 2³².
  std::size_t below(std::size_t count) { return ((next() >> 32U) * count) >> 32U; }

 private:
  std::uint64_t state_;
};

}  // namespace gpupass::study
