// SPDX-License-Identifier: GPL-2.0-or-later
// Looks for the message that has a given MD5 digest. Limited by the rate at which instructions are issued: it
// is integer arithmetic in registers, and nothing else.
#include "bench/cuda/app/md5.hpp"

#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

constexpr unsigned k_block = 256;
constexpr unsigned k_messages = 64;  // of a thread
constexpr unsigned k_instructions =
    4 * 64 + 2 * 4;  // at least: four a step, one more where it takes a key's word
constexpr unsigned k_blocks_checked = 64;
constexpr std::uint64_t k_not_found = ~std::uint64_t{0};

__host__ __device__ std::uint32_t folded(const Digest& digest) {
  return digest.word[0] ^ digest.word[1] ^ digest.word[2] ^ digest.word[3];
}

__host__ __device__ bool operator==(const Digest& a, const Digest& b) {
  return a.word[0] == b.word[0] && a.word[1] == b.word[1] && a.word[2] == b.word[2] && a.word[3] == b.word[3];
}

/// Tries `first` and those after it. all[block]: the exclusive or of all digests' words of that block.
__global__ void __launch_bounds__(k_block)
    search(std::uint64_t first, Digest wanted, std::uint64_t* found, std::uint32_t* all) {
  const std::uint64_t mine =
      first + (static_cast<std::uint64_t>(blockIdx.x) * k_block + threadIdx.x) * k_messages;
  std::uint32_t fold = 0;
#pragma unroll 1
  for (unsigned i = 0; i < k_messages; ++i) {
    const Digest digest = md5(mine + i);
    if (digest == wanted) *found = mine + i;
    fold ^= folded(digest);
  }
  __shared__ std::uint32_t of_block;
  if (threadIdx.x == 0) of_block = 0;
  __syncthreads();
  atomicXor(&of_block, fold);
  __syncthreads();
  if (threadIdx.x == 0) all[blockIdx.x] = of_block;
}

std::optional<Ceiling> issue_rate(const Card& card) {
  const auto fma = fma_rate(card, Precision::fp32);
  if (!fma) return {};
  return Ceiling{fma->value / 2 / k_instructions,
                 "(" + fma->formula + ") ÷ 2 ÷ " + std::to_string(k_instructions) + " instructions a digest"};
}

}  // namespace

Result<> md5(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const unsigned blocks = context.settings().quick ? 1024 : 16384;
  const std::uint64_t messages = std::uint64_t{blocks} * k_block * k_messages;
  const std::uint64_t first = pattern_word(0, context.settings().seed) >> 1;
  const std::uint64_t secret = first + pattern_word(1, context.settings().seed) % messages;
  GPUPASS_TRY_ASSIGN(auto found, uploaded(std::vector<std::uint64_t>{k_not_found}));
  GPUPASS_TRY_ASSIGN(auto all, DeviceBuffer<std::uint32_t>::make(blocks));
  GPUPASS_TRY(poison(all.data(), all.bytes()));

  auto measurement = measurement_of(row, {{"messages", static_cast<std::int64_t>(messages)}});
  measurement.ceiling = issue_rate(card);
  GPUPASS_TRY(sample_on_device(context, measurement, static_cast<double>(messages), [&](cudaStream_t queue) {
    search<<<blocks, k_block, 0, queue>>>(first, md5(secret), found.data(), all.data());
    return launched(row.id);
  }));

  Comparison comparison(row.check);
  GPUPASS_TRY_ASSIGN(const auto found_there, download(found));
  GPUPASS_TRY_ASSIGN(const auto folds, download(all));
  comparison.equal("message", 0, found_there.front(), secret);
  for (unsigned block = 0; block < blocks; block += blocks / k_blocks_checked) {
    std::uint32_t expected = 0;
    for (unsigned i = 0; i < k_block * k_messages; ++i) {
      expected ^= folded(md5(first + std::uint64_t{block} * k_block * k_messages + i));
    }
    comparison.equal("digests of block", block, folds[block], expected);
  }
  judge(measurement, comparison.check());
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda::app
