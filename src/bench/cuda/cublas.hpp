// SPDX-License-Identifier: GPL-2.0-or-later
// The matrix products of libcublas, where the machine has it: found when asked for, never linked.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "gpupass/error.hpp"

namespace gpupass::bench::cuda {

/// A loaded library with a handle. C = A·Bᵀ for square row-major matrices of n rows; returns once it is
/// queued.
class Cublas {
 public:
  /// Errors: unsupported, no library of a name that is tried; system, it refuses to work.
  [[nodiscard]] static Result<Cublas> load();

  Cublas(Cublas&& other) noexcept;
  Cublas& operator=(Cublas&&) = delete;
  ~Cublas();

  /// fp32 sums.
  [[nodiscard]] Result<> multiply(const __nv_bfloat16* a, const __nv_bfloat16* b, float* c, int n,
                                  cudaStream_t stream) const;
  [[nodiscard]] Result<> multiply(const double* a, const double* b, double* c, int n,
                                  cudaStream_t stream) const;

 private:
  struct Functions;
  struct Types;

  Cublas(void* library, void* handle) : library_(library), handle_(handle) {}
  [[nodiscard]] Result<> multiply(const void* a, const void* b, void* c, int n, const Types& types,
                                  cudaStream_t stream) const;

  void* library_;
  void* handle_;
};

}  // namespace gpupass::bench::cuda
