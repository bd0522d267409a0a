// SPDX-License-Identifier: GPL-2.0-or-later
// Arrays whose elements are functions of their index: made on the card, and compared by the processor, which
// recomputes each of them.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "bench/cuda/comparison.hpp"
#include "bench/cuda/pattern.hpp"
#include "bench/cuda/runtime.hpp"

namespace gpupass::bench::cuda {

namespace detail {
template <class T, class Function>
__global__ void fill_with(T* data, std::size_t n, Function element) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) {
    data[i] = element(i);
  }
}
}  // namespace detail

/// data[i] = element(i), a function object that host and device can call. Returns when it is done.
template <class T, class Function>
[[nodiscard]] Result<> fill_with(DeviceBuffer<T>& buffer, Function element) {
  detail::fill_with<<<4096, 256>>>(buffer.data(), buffer.size(), element);
  GPUPASS_TRY(launched("fill_with"));
  return ok(cudaDeviceSynchronize(), "fill_with");
}

template <class T>
[[nodiscard]] Result<> upload(DeviceBuffer<T>& to, const std::vector<T>& from) {
  return ok(cudaMemcpy(to.data(), from.data(), std::min(to.size(), from.size()) * sizeof(T),
                       cudaMemcpyHostToDevice),
            "cudaMemcpy to the card");
}

template <class T>
[[nodiscard]] Result<DeviceBuffer<T>> uploaded(const std::vector<T>& from) {
  GPUPASS_TRY_ASSIGN(auto buffer, DeviceBuffer<T>::make(from.size()));
  GPUPASS_TRY(upload(buffer, from));
  return buffer;
}

template <class T>
[[nodiscard]] Result<std::vector<T>> download(const DeviceBuffer<T>& from) {
  std::vector<T> to(from.size());
  GPUPASS_TRY(
      ok(cudaMemcpy(to.data(), from.data(), from.bytes(), cudaMemcpyDeviceToHost), "cudaMemcpy to the host"));
  return to;
}

/// Calls visit(first index, elements) for the whole array in order, 32 MiB at a time through pinned memory.
template <class T, class Visit>
[[nodiscard]] Result<> visit_on_host(const DeviceBuffer<T>& buffer, Visit visit) {
  const std::size_t at_once = std::min(buffer.size(), (std::size_t{32} << 20) / sizeof(T));
  GPUPASS_TRY_ASSIGN(auto staging, PinnedBuffer<T>::make(at_once));
  for (std::size_t first = 0; first < buffer.size(); first += at_once) {
    const std::size_t n = std::min(at_once, buffer.size() - first);
    GPUPASS_TRY(ok(cudaMemcpy(staging.data(), buffer.data() + first, n * sizeof(T), cudaMemcpyDeviceToHost),
                   "cudaMemcpy to the host"));
    visit(first, std::span<const T>(staging.data(), n));
  }
  return {};
}

/// Every element bit for bit, by the processor.
template <class T, class Function>
[[nodiscard]] Result<Check> compare_with(const DeviceBuffer<T>& buffer, std::string_view kind,
                                         Function element) {
  Comparison comparison(kind);
  GPUPASS_TRY(visit_on_host(buffer, [&](std::size_t first, std::span<const T> part) {
    for (std::size_t i = 0; i < part.size(); ++i)
      comparison.equal("element", first + i, part[i], element(first + i));
  }));
  return comparison.check();
}

}  // namespace gpupass::bench::cuda
