// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/runtime.hpp"

#include <fmt/format.h>

#include "bench/host_timing.hpp"
#include "gpupass/core/quantity.hpp"

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

namespace detail {

Result<void*> device_memory(std::size_t bytes) {
  void* memory = nullptr;
  GPUPASS_TRY(ok(cudaMalloc(&memory, bytes), "cudaMalloc " + core::size_text(bytes)));
  return memory;
}

Result<void*> pinned_memory(std::size_t bytes) {
  void* memory = nullptr;
  GPUPASS_TRY(ok(cudaHostAlloc(&memory, bytes, cudaHostAllocMapped | cudaHostAllocPortable),
                 "cudaHostAlloc " + core::size_text(bytes)));
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
