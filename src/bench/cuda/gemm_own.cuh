// SPDX-License-Identifier: GPL-2.0-or-later
// The suite's own matrix products, ready to be queued.
#pragma once

#include <string>

#include "bench/cuda/card.hpp"
#include "bench/cuda/gemm_pipeline.cuh"
#include "bench/cuda/runtime.hpp"

namespace gpupass::bench::cuda {

template <class Shape>
using Kernel = void (*)(const typename Shape::Element*, const typename Shape::Element*, typename Shape::Sum*,
                        int);

/// A kernel that uses `stages` stages of shared memory. Cards differ in how much a block may have.
template <class Shape>
struct Variant {
  int stages;
  Kernel<Shape> kernel;
};

template <class Shape>
constexpr Variant<Shape> k_variants[] = {
    {4, multiply<Shape, 4>}, {3, multiply<Shape, 3>}, {2, multiply<Shape, 2>}};

/// Our own kernels, as many stages as fit.
template <class Shape>
class OwnProduct {
 public:
  [[nodiscard]] static Result<OwnProduct> prepare(const Card& card) {
    int most = 0;
    GPUPASS_TRY(ok(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, card.ordinal),
                   "cudaDeviceGetAttribute"));
    for (const auto& variant : k_variants<Shape>) {
      const int bytes = variant.stages * k_stage_bytes<Shape>;
      if (bytes > most) continue;
      GPUPASS_TRY(ok(cudaFuncSetAttribute(variant.kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes),
                     "cudaFuncSetAttribute"));
      return OwnProduct(variant.kernel, static_cast<std::size_t>(bytes));
    }
    return fail(ErrorKind::unsupported,
                "a block gets " + std::to_string(most) + " bytes of shared memory, too few");
  }

  [[nodiscard]] Result<> multiply(const typename Shape::Element* a, const typename Shape::Element* b,
                                  typename Shape::Sum* c, int n, cudaStream_t stream) const {
    const int blocks = n / Shape::k_rows * (n / Shape::k_columns);
    kernel_<<<static_cast<unsigned>(blocks), k_threads, bytes_, stream>>>(a, b, c, n);
    return launched("multiply");
  }

 private:
  OwnProduct(Kernel<Shape> kernel, std::size_t bytes) : kernel_(kernel), bytes_(bytes) {}
  Kernel<Shape> kernel_;
  std::size_t bytes_;
};

}  // namespace gpupass::bench::cuda
