// SPDX-License-Identifier: GPL-2.0-or-later
// Random 8-byte reads over much of device memory, which hands out 32 bytes at least. If the larger table is
// slower, that is the card's own translation of addresses.
#include <bit>

#include "bench/cuda/arrays.cuh"
#include "bench/cuda/device_cases.hpp"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr unsigned k_block = 256;
constexpr unsigned k_reads = 16;       // in flight a thread
constexpr double k_sector_bytes = 32;  // the least that device memory hands out

struct Word {
  std::uint64_t seed;
  __host__ __device__ std::uint64_t operator()(std::uint64_t index) const {
    return pattern_word(index, seed);
  }
};

/// Where access number `access` goes in a table of mask + 1 words.
__host__ __device__ std::uint64_t place(std::uint64_t access, std::uint64_t seed, std::uint64_t mask) {
  return pattern_word(access, ~seed) & mask;
}

/// A thread makes k_reads of grid × k_reads accesses; a block puts the sum of its own into sums.
__global__ void __launch_bounds__(k_block)
    gather(const std::uint64_t* table, std::uint64_t mask, std::uint64_t seed, unsigned long long* sums) {
  const std::uint64_t thread = static_cast<std::uint64_t>(blockIdx.x) * k_block + threadIdx.x;
  const std::uint64_t threads = static_cast<std::uint64_t>(gridDim.x) * k_block;
  std::uint64_t word[k_reads];
#pragma unroll
  for (unsigned i = 0; i < k_reads; ++i) word[i] = __ldcs(table + place(thread + i * threads, seed, mask));
  unsigned long long sum = 0;
#pragma unroll
  for (unsigned i = 0; i < k_reads; ++i) sum += word[i];

  __shared__ unsigned long long of_block;
  if (threadIdx.x == 0) of_block = 0;
  __syncthreads();
  atomicAdd(&of_block, sum);
  __syncthreads();
  if (threadIdx.x == 0) sums[blockIdx.x] = of_block;
}

Result<> measure(const Case& row, Context& context, const Card& card, std::uint64_t bytes, unsigned blocks) {
  const std::uint64_t seed = context.settings().seed;
  const std::uint64_t mask = bytes / sizeof(std::uint64_t) - 1;
  const std::uint64_t accesses = static_cast<std::uint64_t>(blocks) * k_block * k_reads;
  auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}});
  if (const auto bandwidth = memory_bandwidth(card)) {
    measurement.ceiling =
        Ceiling{bandwidth->value / k_sector_bytes, "(" + bandwidth->formula + ") ÷ 32 B a sector"};
  }
  GPUPASS_TRY_ASSIGN(auto table, DeviceBuffer<std::uint64_t>::make(mask + 1));
  GPUPASS_TRY_ASSIGN(auto sums, DeviceBuffer<unsigned long long>::make(blocks));
  GPUPASS_TRY(fill_with(table, Word{seed}));
  GPUPASS_TRY(poison(sums.data(), sums.bytes()));
  GPUPASS_TRY(sample_on_device(context, measurement, static_cast<double>(accesses), [&](cudaStream_t queue) {
    gather<<<blocks, k_block, 0, queue>>>(table.data(), mask, seed, sums.data());
    return launched(row.id);
  }));

  GPUPASS_TRY_ASSIGN(const auto found, download(sums));
  std::vector<unsigned long long> expected(blocks, 0);
  const std::uint64_t threads = static_cast<std::uint64_t>(blocks) * k_block;
  for (std::uint64_t access = 0; access < accesses; ++access) {
    expected[access % threads / k_block] += pattern_word(place(access, seed, mask), seed);
  }
  Comparison comparison(row.check);
  for (unsigned block = 0; block < blocks; ++block)
    comparison.equal("block", block, found[block], expected[block]);
  judge(measurement, comparison.check());
  context.record(std::move(measurement));
  return {};
}

}  // namespace

Result<> hbm_gather(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const bool quick = context.settings().quick;
  GPUPASS_TRY(measure(row, context, card, std::uint64_t{1} << 30, quick ? 4096 : 16384));
  if (quick) return {};
  // Most of a small card, 16 GiB of a large one: more than its translation caches cover.
  std::size_t free = 0, total = 0;
  GPUPASS_TRY(ok(cudaMemGetInfo(&free, &total), "cudaMemGetInfo"));
  const std::uint64_t most = std::min(std::bit_floor(free / 10 * 9), std::size_t{1} << 34);
  if (most > std::uint64_t{1} << 30) GPUPASS_TRY(measure(row, context, card, most, 16384));
  return {};
}

}  // namespace gpupass::bench::cuda
