// SPDX-License-Identifier: GPL-2.0-or-later
// What the copying cases share: sizes, and a copy made by the multiprocessors instead of a copy engine.
#pragma once

#include <cstddef>
#include <functional>

#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {

/// Up to this size a copy is a latency, from submitting it until the host knows that it is done; above, it
/// is a bandwidth by the card's clock.
inline constexpr std::size_t k_largest_small_copy = std::size_t{64} << 10U;

/// One size's part of a round.
struct Turn {
  std::size_t index;  // of the size
  bool first, last;   // of this size's turns
  [[nodiscard]] bool checked() const { return first || last; }
};

/// Visits n sizes up and down in turn, again and again, in a quick run once. What drifts within a run then
/// does not always meet the same sizes, and what disturbs the machine for a while, a neighbour's transfers,
/// disturbs a part of every size's samples instead of all samples of one size.
[[nodiscard]] Result<> sweep(const Settings& settings, std::size_t n,
                             const std::function<Result<>(const Turn&)>& visit);

/// What was found wrong so far, and now.
[[nodiscard]] Check together(Check so_far, const Check& more);

/// The row's measurement of one size; of a small one, turned into what a small copy is.
[[nodiscard]] Measurement measurement_of_copy(const Case& row, Parameters params, std::size_t bytes);

/// Copies with one 16-byte access a thread, 4-byte ones where the size asks for it. Both pointers are
/// valid on the current card; bytes is a multiple of 4.
[[nodiscard]] Result<> copy_by_sm(void* to, const void* from, std::size_t bytes, cudaStream_t stream);

}  // namespace gpupass::bench::cuda
