// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/runtime.hpp"

#include <fmt/format.h>

#include "bench/host_timing.hpp"

namespace gpupass::bench::cuda {

Result<> ok(cudaError_t code, std::string_view what) {
  if (code == cudaSuccess) return {};
  cudaGetLastError();  // else the next launch would report it again
  return fail(ErrorKind::system,
              fmt::format("{}: {} ({})", what, cudaGetErrorString(code), static_cast<int>(code)));
}

Result<> launched(std::string_view what) {
  return ok(cudaGetLastError(), what);
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t k_gib = std::size_t{1} << 30U, k_mib = std::size_t{1} << 20U, k_kib = 1U << 10U;
  if (bytes != 0 && bytes % k_gib == 0) return fmt::format("{} GiB", bytes / k_gib);
  if (bytes != 0 && bytes % k_mib == 0) return fmt::format("{} MiB", bytes / k_mib);
  if (bytes != 0 && bytes % k_kib == 0) return fmt::format("{} KiB", bytes / k_kib);
  return fmt::format("{} B", bytes);
}

namespace detail {

Result<void*> device_memory(std::size_t bytes) {
  void* memory = nullptr;
  GPUPASS_TRY(ok(cudaMalloc(&memory, bytes), "cudaMalloc " + size_text(bytes)));
  return memory;
}

Result<void*> pinned_memory(std::size_t bytes) {
  void* memory = nullptr;
  GPUPASS_TRY(ok(cudaHostAlloc(&memory, bytes, cudaHostAllocMapped | cudaHostAllocPortable),
                 "cudaHostAlloc " + size_text(bytes)));
  return memory;
}

// Freeing reports what a kernel did wrong before; whoever waited for the kernel has reported that.
void free_device_memory(void* memory) {
  if (memory != nullptr) cudaFree(memory);
}

void free_pinned_memory(void* memory) {
  if (memory != nullptr) cudaFreeHost(memory);
}

}  // namespace detail

Result<Stream> Stream::make() {
  cudaStream_t stream = nullptr;
  GPUPASS_TRY(ok(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate"));
  return Stream(stream);
}

Stream::~Stream() {
  if (stream_ != nullptr) cudaStreamDestroy(stream_);
}

Result<> Stream::wait(std::chrono::milliseconds timeout) const {
  const auto until = now_ns() + std::chrono::nanoseconds(timeout).count();
  while (true) {
    const auto state = cudaStreamQuery(stream_);
    if (state != cudaErrorNotReady) return ok(state, "work on the card");
    if (now_ns() > until) {
      return fail(ErrorKind::timeout, fmt::format("work on the card: not done after {} ms", timeout.count()));
    }
  }
}

Result<Event> Event::make() {
  cudaEvent_t event = nullptr;
  GPUPASS_TRY(ok(cudaEventCreate(&event), "cudaEventCreate"));
  return Event(event);
}

Event::~Event() {
  if (event_ != nullptr) cudaEventDestroy(event_);
}

Result<> Event::record(const Stream& stream) const {
  return ok(cudaEventRecord(event_, stream.get()), "cudaEventRecord");
}

Result<double> Event::ns_since(const Event& start) const {
  float ms = 0;
  GPUPASS_TRY(ok(cudaEventElapsedTime(&ms, start.event_, event_), "cudaEventElapsedTime"));
  return double{ms} * 1e6;
}

}  // namespace gpupass::bench::cuda
