// SPDX-License-Identifier: GPL-2.0-or-later
// Radix sort of 32-bit keys with 32-bit values by CUB: a histogram, then one pass for each of four digits.
// Limited by ranking and scattering a pass's keys in shared memory more than by device memory, whose share
// the ceiling shows.
#include <cub/device/device_radix_sort.cuh>

#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

using Key = std::uint32_t;

struct Random {
  std::uint64_t seed;
  __host__ __device__ Key operator()(std::uint64_t index) const {
    return static_cast<Key>(pattern_word(index, seed));
  }
};

struct Index {
  __host__ __device__ std::uint32_t operator()(std::uint64_t index) const {
    return static_cast<std::uint32_t>(index);
  }
};

/// Whether keys and values are the sorted pairs (random(i), i), equal keys in their old order. There is only
/// one such order: the pairs ascend strictly, each value's key is the one it had, so no pair is there twice
/// or lost.
Result<Check> compare(const DeviceBuffer<Key>& keys, const DeviceBuffer<std::uint32_t>& values,
                      const Random& random, std::string_view kind) {
  GPUPASS_TRY_ASSIGN(const auto key, download(keys));
  GPUPASS_TRY_ASSIGN(const auto value, download(values));
  Comparison comparison(kind);
  for (std::size_t i = 0; i < key.size(); ++i) {
    comparison.equal("key of", i, key[i], random(value[i]));
    const bool follows = i == 0 || key[i - 1] < key[i] || (key[i - 1] == key[i] && value[i - 1] < value[i]);
    if (!follows || value[i] >= key.size()) comparison.equal("order at", i, 0, 1);
  }
  return comparison.check();
}

}  // namespace

Result<> sort(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const std::size_t n = std::size_t{1} << (context.settings().quick ? 22 : 26);
  const Random random{context.settings().seed};
  GPUPASS_TRY_ASSIGN(auto keys, DeviceBuffer<Key>::make(n));
  GPUPASS_TRY_ASSIGN(auto values, DeviceBuffer<std::uint32_t>::make(n));
  GPUPASS_TRY_ASSIGN(auto keys_out, DeviceBuffer<Key>::make(n));
  GPUPASS_TRY_ASSIGN(auto values_out, DeviceBuffer<std::uint32_t>::make(n));
  GPUPASS_TRY(fill_with(keys, random));
  GPUPASS_TRY(fill_with(values, Index{}));
  GPUPASS_TRY(poison(keys_out.data(), keys_out.bytes()));
  GPUPASS_TRY(poison(values_out.data(), values_out.bytes()));
  const auto sort_pairs = [&](void* scratch, std::size_t& bytes, cudaStream_t queue) {
    return ok(cub::DeviceRadixSort::SortPairs(scratch, bytes, keys.data(), keys_out.data(), values.data(),
                                              values_out.data(), n, 0, 32, queue),
              "SortPairs");
  };
  std::size_t scratch_bytes = 0;
  GPUPASS_TRY(sort_pairs(nullptr, scratch_bytes, nullptr));
  GPUPASS_TRY_ASSIGN(auto scratch, DeviceBuffer<std::byte>::make(scratch_bytes));

  auto measurement = measurement_of(row, {{"n", static_cast<std::int64_t>(n)}});
  if (const auto bandwidth = memory_bandwidth(card)) {
    constexpr double k_bytes = 4 + 4 * 16;  // keys for the histogram; four times pairs in and out
    measurement.ceiling =
        Ceiling{bandwidth->value / k_bytes, "(" + bandwidth->formula + ") ÷ (4 + 4 × 16) B a pair"};
  }
  GPUPASS_TRY(sample_on_device(context, measurement, static_cast<double>(n), [&](cudaStream_t queue) {
    return sort_pairs(scratch.data(), scratch_bytes, queue);
  }));
  GPUPASS_TRY_ASSIGN(auto check, compare(keys_out, values_out, random, row.check));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda::app
