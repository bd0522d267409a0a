// SPDX-License-Identifier: GPL-2.0-or-later
// The CUDA runtime as values that clean up after themselves, and its errors as Error.
#pragma once

#include <cuda_runtime.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "gpupass/error.hpp"

namespace gpupass::bench::cuda {

/// Error: system, "cudaMalloc 1 GiB: out of memory (2)". what says which call it was, with its numbers.
[[nodiscard]] Result<> ok(cudaError_t code, std::string_view what);

/// Whether the launch just made was accepted. what names the kernel.
[[nodiscard]] Result<> launched(std::string_view what);

namespace detail {
[[nodiscard]] Result<void*> device_memory(std::size_t bytes);
[[nodiscard]] Result<void*> pinned_memory(std::size_t bytes);
void free_device_memory(void* memory);
void free_pinned_memory(void* memory);

/// Owns n elements that `Free` gives back.
template <class T, void (*Free)(void*)>
class Buffer {
 public:
  Buffer() = default;
  Buffer(void* memory, std::size_t n) : data_(static_cast<T*>(memory)), size_(n) {}
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() { Free(data_); }

  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }  // elements
  [[nodiscard]] std::size_t bytes() const { return size_ * sizeof(T); }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};
}  // namespace detail

/// Memory of the current card (cudaMalloc), not initialised.
template <class T>
class DeviceBuffer : public detail::Buffer<T, detail::free_device_memory> {
 public:
  using detail::Buffer<T, detail::free_device_memory>::Buffer;
  [[nodiscard]] static Result<DeviceBuffer> make(std::size_t n) {
    GPUPASS_TRY_ASSIGN(void* const memory, detail::device_memory(n * sizeof(T)));
    return DeviceBuffer(memory, n);
  }
};

/// Page-locked memory of the host, not initialised; mapped, so that data() is valid in kernels, too.
template <class T>
class PinnedBuffer : public detail::Buffer<T, detail::free_pinned_memory> {
 public:
  using detail::Buffer<T, detail::free_pinned_memory>::Buffer;
  [[nodiscard]] static Result<PinnedBuffer> make(std::size_t n) {
    GPUPASS_TRY_ASSIGN(void* const memory, detail::pinned_memory(n * sizeof(T)));
    return PinnedBuffer(memory, n);
  }
};

/// A stream that does not wait for the default stream.
class Stream {
 public:
  [[nodiscard]] static Result<Stream> make();
  Stream(Stream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  Stream& operator=(Stream&& other) noexcept {
    std::swap(stream_, other.stream_);
    return *this;
  }
  ~Stream();

  [[nodiscard]] cudaStream_t get() const { return stream_; }
  /// Waits, polling, until everything queued is done. Errors: timeout; whatever a kernel did wrong.
  [[nodiscard]] Result<> wait(std::chrono::milliseconds timeout) const;

 private:
  explicit Stream(cudaStream_t stream) : stream_(stream) {}
  cudaStream_t stream_;
};

/// An event that keeps the time.
class Event {
 public:
  [[nodiscard]] static Result<Event> make();
  Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }
  ~Event();

  [[nodiscard]] cudaEvent_t get() const { return event_; }
  [[nodiscard]] Result<> record(const Stream& stream) const;
  /// Between two events that have happened.
  [[nodiscard]] Result<double> ns_since(const Event& start) const;

 private:
  explicit Event(cudaEvent_t event) : event_(event) {}
  cudaEvent_t event_;
};

}  // namespace gpupass::bench::cuda
