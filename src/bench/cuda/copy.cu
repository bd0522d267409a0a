// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/copy.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr std::size_t k_rounds = 12;  // of a sweep
constexpr unsigned k_threads = 1024;  // a block

/// One element a thread: blocks then run through memory in order, which device memory serves best, and a link
/// is full with any grid.
template <class T>
__global__ void copy_words(T* __restrict__ to, const T* __restrict__ from, std::size_t n) {
  const std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x;
  if (i < n) to[i] = from[i];
}

template <class T>
void launch_copy(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  const std::size_t n = bytes / sizeof(T);
  const auto blocks = static_cast<unsigned>((n + k_threads - 1) / k_threads);
  copy_words<<<blocks, k_threads, 0, stream>>>(static_cast<T*>(to), static_cast<const T*>(from), n);
}

}  // namespace

Result<> sweep(const Settings& settings, std::size_t n, const std::function<Result<>(const Turn&)>& visit) {
  const std::size_t rounds = settings.quick ? 1 : k_rounds;
  for (std::size_t round = 0; round < rounds; ++round) {
    const bool up = (settings.seed + round) % 2 == 0;
    for (std::size_t i = 0; i < n; ++i) {
      GPUPASS_TRY(visit({up ? i : n - 1 - i, round == 0, round + 1 == rounds}));
    }
  }
  return {};
}

Check together(Check so_far, const Check& more) {
  so_far.kind = more.kind;
  so_far.elements += more.elements;
  so_far.errors += more.errors;
  if (so_far.first_error.empty()) so_far.first_error = more.first_error;
  return so_far;
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
