// SPDX-License-Identifier: GPL-2.0-or-later
// What the copying cases share: sizes, and a copy made by the multiprocessors instead of a copy engine.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {

/// Up to this size a copy is a latency, from submitting it until the host knows that it is done; above, it
/// is a bandwidth by the card's clock.
inline constexpr std::size_t k_largest_small_copy = std::size_t{64} << 10U;

/// In one order or, for every other seed, in the reverse: what drifts within a run then does not always
/// fall on the same sizes.
[[nodiscard]] std::vector<std::size_t> in_order_of_run(std::vector<std::size_t> sizes,
                                                       const Settings& settings);

/// The row's measurement of one size; of a small one, turned into what a small copy is.
[[nodiscard]] Measurement measurement_of_copy(const Case& row, Parameters params, std::size_t bytes);

/// Copies with 16-byte accesses of many threads, 4-byte ones where the size asks for it. Both pointers are
/// valid on the current card; bytes is a multiple of 4.
[[nodiscard]] Result<> copy_by_sm(void* to, const void* from, std::size_t bytes, cudaStream_t stream);

}  // namespace gpupass::bench::cuda
