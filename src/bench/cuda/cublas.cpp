// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/cublas.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "bench/cuda/cuda.hpp"

namespace gpupass::bench::cuda {
namespace {

// Newest first. The name without a version is a developer's.
constexpr std::array k_names{"libcublas.so.13", "libcublas.so.12", "libcublas.so"};

// Of the library's interface, as cublas_api.h of CUDA 12 and 13 has it.
constexpr int k_as_it_is = 0, k_transposed = 1;
constexpr int k_compute_32f = 68, k_compute_64f = 70;
constexpr int k_default_algorithm = -1;

Result<void*> open_library() {
  for (const char* const name : k_names) {
    if (auto* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  }
  return fail(ErrorKind::unsupported, fmt::format("no libcublas: {}", dlerror()),
              "it comes with the CUDA toolkit; LD_LIBRARY_PATH can name its folder");
}

/// Error: unsupported, if this library has no such function.
template <class Function>
Result<Function*> function(void* library, const char* name) {
  auto* const address = dlsym(library, name);
  if (address == nullptr) return fail(ErrorKind::unsupported, fmt::format("libcublas has no {}", name));
  return reinterpret_cast<Function*>(address);
}

Result<> succeeded(int status, const char* what) {
  if (status == 0) return {};
  return fail(ErrorKind::system, fmt::format("{}: status {}", what, status));
}

using Create = int(void**);
using Destroy = int(void*);
using SetStream = int(void*, cudaStream_t);
using Gemm = int(void*, int, int, int, int, int, const void*, const void*, cudaDataType, int, const void*,
                 cudaDataType, int, const void*, void*, cudaDataType, int, int, int);

}  // namespace

Result<> cublas_usable() {
  GPUPASS_TRY(open_library());
  return {};
}

/// Of a product: its inputs, its output, and how it is computed, with 0 and 1 in the type of that.
struct Cublas::Types {
  cudaDataType input, output;
  int compute;
  const void* zero;
  const void* one;
};

Result<Cublas> Cublas::load() {
  GPUPASS_TRY_ASSIGN(auto* const library, open_library());
  Cublas cublas(library, nullptr);
  GPUPASS_TRY_ASSIGN(auto* const create, function<Create>(library, "cublasCreate_v2"));
  GPUPASS_TRY(succeeded(create(&cublas.handle_), "cublasCreate"));
  return cublas;
}

Cublas::Cublas(Cublas&& other) noexcept
    : library_(std::exchange(other.library_, nullptr)), handle_(std::exchange(other.handle_, nullptr)) {}

Cublas::~Cublas() {
  if (handle_ != nullptr) {
    if (const auto destroy = function<Destroy>(library_, "cublasDestroy_v2")) (*destroy)(handle_);
  }
  // The library stays loaded: it registers what the runtime calls when the process ends.
}

Result<> Cublas::multiply(const void* a, const void* b, void* c, int n, const Types& types,
                          cudaStream_t stream) const {
  GPUPASS_TRY_ASSIGN(auto* const set_stream, function<SetStream>(library_, "cublasSetStream_v2"));
  GPUPASS_TRY_ASSIGN(auto* const gemm, function<Gemm>(library_, "cublasGemmEx"));
  GPUPASS_TRY(succeeded(set_stream(handle_, stream), "cublasSetStream"));
  // The library thinks in columns: a row-major matrix is its transpose there, so this computes Cᵀ = B·Aᵀ.
  return succeeded(gemm(handle_, k_transposed, k_as_it_is, n, n, n, types.one, b, types.input, n, a,
                        types.input, n, types.zero, c, types.output, n, types.compute, k_default_algorithm),
                   "cublasGemmEx");
}

Result<> Cublas::multiply(const __nv_bfloat16* a, const __nv_bfloat16* b, float* c, int n,
                          cudaStream_t stream) const {
  constexpr float k_zero = 0, k_one = 1;
  return multiply(a, b, c, n, {CUDA_R_16BF, CUDA_R_32F, k_compute_32f, &k_zero, &k_one}, stream);
}

Result<> Cublas::multiply(const double* a, const double* b, double* c, int n, cudaStream_t stream) const {
  constexpr double k_zero = 0, k_one = 1;
  return multiply(a, b, c, n, {CUDA_R_64F, CUDA_R_64F, k_compute_64f, &k_zero, &k_one}, stream);
}

}  // namespace gpupass::bench::cuda
