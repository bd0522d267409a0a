// SPDX-License-Identifier: GPL-2.0-or-later
// Prefix sums by CUB. Limited by device memory, as one pass reads and writes every element once, and by tiles
// that wait for the sum of those before them.
#include <cub/device/device_scan.cuh>

#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

using Element = std::uint32_t;

struct Random {
  std::uint64_t seed;
  __host__ __device__ Element operator()(std::uint64_t index) const {
    return static_cast<Element>(pattern_word(index, seed));
  }
};

}  // namespace

Result<> scan(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const std::uint32_t n = 1U << (context.settings().quick ? 24 : 28);
  const Random element{context.settings().seed};
  GPUPASS_TRY_ASSIGN(auto in, DeviceBuffer<Element>::make(n));
  GPUPASS_TRY_ASSIGN(auto out, DeviceBuffer<Element>::make(n));
  GPUPASS_TRY(fill_with(in, element));
  GPUPASS_TRY(poison(out.data(), out.bytes()));
  const auto sum = [&](void* scratch, std::size_t& bytes, cudaStream_t queue) {
    return ok(cub::DeviceScan::ExclusiveSum(scratch, bytes, in.data(), out.data(), n, queue), "ExclusiveSum");
  };
  std::size_t scratch_bytes = 0;
  GPUPASS_TRY(sum(nullptr, scratch_bytes, nullptr));
  GPUPASS_TRY_ASSIGN(auto scratch, DeviceBuffer<std::byte>::make(scratch_bytes));

  auto measurement = measurement_of(row, {{"n", static_cast<std::int64_t>(n)}});
  measurement.ceiling = memory_bandwidth(card);
  GPUPASS_TRY(
      sample_on_device(context, measurement, static_cast<double>(in.bytes() + out.bytes()),
                       [&](cudaStream_t queue) { return sum(scratch.data(), scratch_bytes, queue); }));
  Element before = 0;
  GPUPASS_TRY_ASSIGN(auto check, compare_with(out, row.check, [&](std::size_t i) {
                       const Element here = before;
                       before += element(i);
                       return here;
                     }));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda::app
