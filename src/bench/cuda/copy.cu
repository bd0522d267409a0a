// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "bench/cuda/copy.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr int k_threads = 512, k_most_blocks = 2048, k_unroll = 4;

/// k_unroll loads of a thread are on their way at once: a link is filled by what waits for it.
template <class T>
__global__ void copy_words(T* __restrict__ to, const T* __restrict__ from, std::size_t n) {
  const std::size_t stride = std::size_t{gridDim.x} * blockDim.x;
  std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x;
  for (; i + (k_unroll - 1) * stride < n; i += k_unroll * stride) {
    T words[k_unroll];
#pragma unroll
    for (int u = 0; u < k_unroll; ++u) words[u] = from[i + u * stride];
#pragma unroll
    for (int u = 0; u < k_unroll; ++u) to[i + u * stride] = words[u];
  }
  for (; i < n; i += stride) to[i] = from[i];
}

template <class T>
void launch_copy(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  const std::size_t n = bytes / sizeof(T);
  const auto blocks =
      static_cast<unsigned>(std::clamp<std::size_t>(n / (k_threads * k_unroll), 1, k_most_blocks));
  copy_words<<<blocks, k_threads, 0, stream>>>(static_cast<T*>(to), static_cast<const T*>(from), n);
}

}  // namespace

std::vector<std::size_t> in_order_of_run(std::vector<std::size_t> sizes, const Settings& settings) {
  if (settings.seed % 2 != 0) std::reverse(sizes.begin(), sizes.end());
  return sizes;
}

Measurement measurement_of_copy(const Case& row, Parameters params, std::size_t bytes) {
  params["bytes"] = static_cast<std::int64_t>(bytes);
  auto measurement = measurement_of(row, std::move(params));
  if (bytes <= k_largest_small_copy) {
    measurement.group = Group::latency;
    measurement.metric = "submit to done";
    measurement.unit = "s";
    measurement.better = Better::lower;
  }
  return measurement;
}

Result<> copy_by_sm(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  if (bytes % sizeof(uint4) == 0) {
    launch_copy<uint4>(to, from, bytes, stream);
  } else {
    launch_copy<unsigned>(to, from, bytes, stream);
  }
  return launched("a copy by the multiprocessors");
}

}  // namespace gpupass::bench::cuda
