// SPDX-License-Identifier: GPL-2.0-or-later
// The card's half of the patterns.
#include <limits>

#include "bench/cuda/pattern.hpp"
#include "bench/cuda/runtime.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr int k_blocks = 1024, k_threads = 256;
constexpr std::size_t k_word = sizeof(std::uint64_t);

/// Of the bytes that a last, partial word has, as a mask; all of them for a whole word.
__device__ std::uint64_t mask_of(std::size_t index, std::size_t bytes) {
  const std::size_t there = bytes - index * k_word;
  return there >= k_word ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * there)) - 1;
}

__device__ std::uint64_t load(const unsigned char* memory, std::size_t index, std::size_t bytes) {
  const unsigned char* const at = memory + index * k_word;
  if (bytes - index * k_word >= k_word) return *reinterpret_cast<const std::uint64_t*>(at);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes % k_word; ++i) word |= std::uint64_t{at[i]} << (8 * i);
  return word;
}

__global__ void fill(unsigned char* memory, std::size_t bytes, std::uint64_t seed) {
  const std::size_t words = (bytes + k_word - 1) / k_word;
  for (std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < words;
       i += std::size_t{gridDim.x} * blockDim.x) {
    const auto word = pattern_word(i, seed);
    if (bytes - i * k_word >= k_word) {
      reinterpret_cast<std::uint64_t*>(memory)[i] = word;
    } else {
      for (std::size_t b = 0; b < bytes % k_word; ++b) {
        memory[i * k_word + b] = static_cast<unsigned char>(word >> (8 * b));
      }
    }
  }
}

struct Tally {
  unsigned long long errors;
  unsigned long long first;  // lowest wrong index
};

__global__ void compare(const unsigned char* memory, std::size_t bytes, std::uint64_t seed, Tally* tally) {
  const std::size_t words = (bytes + k_word - 1) / k_word;
  for (std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < words;
       i += std::size_t{gridDim.x} * blockDim.x) {
    if (((load(memory, i, bytes) ^ pattern_word(i, seed)) & mask_of(i, bytes)) != 0) {
      atomicAdd(&tally->errors, 1ULL);
      atomicMin(&tally->first, static_cast<unsigned long long>(i));
    }
  }
}

}  // namespace

Result<> fill_pattern(void* device, std::size_t bytes, std::uint64_t seed) {
  fill<<<k_blocks, k_threads>>>(static_cast<unsigned char*>(device), bytes, seed);
  GPUPASS_TRY(launched("filling with the pattern"));
  return ok(cudaDeviceSynchronize(), "filling with the pattern");
}

Result<> poison(void* device, std::size_t bytes) {
  GPUPASS_TRY(ok(cudaMemset(device, k_poison, bytes), "cudaMemset"));
  return ok(cudaDeviceSynchronize(), "cudaMemset");
}

Result<Check> check_pattern(const void* device, std::size_t bytes, std::uint64_t seed) {
  GPUPASS_TRY_ASSIGN(auto tally, DeviceBuffer<Tally>::make(1));
  Tally seen{0, std::numeric_limits<unsigned long long>::max()};
  GPUPASS_TRY(ok(cudaMemcpy(tally.data(), &seen, sizeof seen, cudaMemcpyHostToDevice), "cudaMemcpy"));
  compare<<<k_blocks, k_threads>>>(static_cast<const unsigned char*>(device), bytes, seed, tally.data());
  GPUPASS_TRY(launched("comparing with the pattern"));
  GPUPASS_TRY(ok(cudaMemcpy(&seen, tally.data(), sizeof seen, cudaMemcpyDeviceToHost), "cudaMemcpy"));

  WrongWords wrong;
  wrong.count = seen.errors;
  if (seen.errors != 0) {
    const std::size_t rest = bytes - seen.first * k_word;
    const std::size_t there = rest < k_word ? rest : k_word;
    const auto* const at = static_cast<const unsigned char*>(device) + seen.first * k_word;
    wrong.first = {seen.first, 0, pattern_word(seen.first, seed)};
    if (there < k_word) wrong.first.expected &= (std::uint64_t{1} << (8 * there)) - 1;
    GPUPASS_TRY(ok(cudaMemcpy(&wrong.first.found, at, there, cudaMemcpyDeviceToHost), "cudaMemcpy"));
  }
  return check_of(wrong, bytes);
}

}  // namespace gpupass::bench::cuda
