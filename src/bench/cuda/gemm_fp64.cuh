// SPDX-License-Identifier: GPL-2.0-or-later
// The tensor cores' fp64 product: blocks of 128 × 128, warps of 64 × 32, steps of 8 along k.
#pragma once

#include "bench/cuda/gemm_pipeline.cuh"

namespace gpupass::bench::cuda {

class Fp64Shape {
 public:
  using Element = double;
  using Sum = double;
  static constexpr int k_rows = 128, k_columns = 128;  // of a block's tile of C
  static constexpr int k_steps = 2;                    // of 8 elements, in a tile row of 128 bytes

  /// The fragments of one step, from a stage that starts with the tile of A: of each row (column of Bᵀ) the
  /// elements k and k + 4, k being the lane's place among its four.
  __device__ void load(int buffer, std::uint32_t stage, int step) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int chunk = 4 * step + 2 * half + lane % 4 / 2;
      const std::uint32_t within = lane % 2 * sizeof(double);
      const std::uint32_t a = stage + swizzled(warp_row() + lane / 4, chunk) + within;
      const std::uint32_t b =
          stage + k_rows * k_row_bytes + swizzled(warp_column() + lane / 4, chunk) + within;
#pragma unroll
      for (int i = 0; i < 8; ++i) a_[buffer][i / 2][2 * half + i % 2] = element(a + 8 * k_row_bytes * i);
#pragma unroll
      for (int i = 0; i < 4; ++i) b_[buffer][i][half] = element(b + 8 * k_row_bytes * i);
    }
  }

  __device__ void multiply(int buffer) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        multiply(sums_[i][j], a_[buffer][i], b_[buffer][j]);
      }
    }
  }

  /// c: the first element of the block's tile.
  __device__ void store(double* c, int n) const {
    const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        double* const at = c + static_cast<std::size_t>(warp_row() + 16 * i + lane / 4) * n + warp_column() +
                           8 * j + lane % 4 * 2;
        *reinterpret_cast<double2*>(at) = make_double2(sums_[i][j][0], sums_[i][j][1]);
        *reinterpret_cast<double2*>(at + static_cast<std::size_t>(8) * n) =
            make_double2(sums_[i][j][2], sums_[i][j][3]);
      }
    }
  }

 private:
  __device__ static int warp_row() {
    return static_cast<int>(threadIdx.x) / 32 / 4 * 64;
  }
  __device__ static int warp_column() {
    return static_cast<int>(threadIdx.x) / 32 % 4 * 32;
  }

  __device__ static double element(std::uint32_t shared) {
    double value;
    asm volatile("ld.shared.f64 %0, [%1];" : "=d"(value) : "r"(shared) : "memory");
    return value;
  }

  /// 16 × 8 sums. a: rows r and r + 8 at k, then both at k + 4.
  __device__ static void multiply(double (&c)[4], const double (&a)[4], const double (&b)[2]) {
#if __CUDA_ARCH__ >= 900
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f64.f64.f64.f64 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+d"(c[0]), "+d"(c[1]), "+d"(c[2]), "+d"(c[3])
        : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(b[0]), "d"(b[1]));
#else
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      multiply_half(c[0], c[1], a[2 * half], b[half]);
      multiply_half(c[2], c[3], a[2 * half + 1], b[half]);
    }
#endif
  }

#if __CUDA_ARCH__ < 900
  __device__ static void multiply_half(double& left, double& right, double a, double b) {
    asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, {%0, %1};"
                 : "+d"(left), "+d"(right)
                 : "d"(a), "d"(b));
  }
#endif

  double a_[2][4][4];
  double b_[2][4][2];
  double sums_[4][4][4] = {};
};

}  // namespace gpupass::bench::cuda
