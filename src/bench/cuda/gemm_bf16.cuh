// SPDX-License-Identifier: GPL-2.0-or-later
// The tensor cores' bf16 product with fp32 sums: blocks of 128 × 256, warps of 64 × 64, steps of 16 along k.
#pragma once

#include <cuda_bf16.h>

#include "bench/cuda/gemm_pipeline.cuh"

namespace gpupass::bench::cuda {

class Bf16Shape {
 public:
  using Element = __nv_bfloat16;
  using Sum = float;
  static constexpr int k_rows = 128, k_columns = 256;  // of a block's tile of C
  static constexpr int k_steps = 4;                    // of 16 elements, in a tile row of 128 bytes

  __device__ Bf16Shape() {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    // ldmatrix takes one row address a lane: of A four 8 × 8 matrices as (rows, k), (rows + 8, k),
    // (rows, k + 8), (rows + 8, k + 8); of B (columns, k), (columns, k + 8), (columns + 8, k), …
    a_row_ = warp_row() + lane % 16;
    a_chunk_ = lane / 16;
    b_row_ = warp_column() + lane % 8 + lane / 16 * 8;
    b_chunk_ = lane / 8 % 2;
  }

  /// The fragments of one step, from a stage that starts with the tile of A.
  __device__ void load(int buffer, std::uint32_t stage, int step) {
    const std::uint32_t a = stage + swizzled(a_row_, 2 * step + a_chunk_);
    const std::uint32_t b = stage + k_rows * k_row_bytes + swizzled(b_row_, 2 * step + b_chunk_);
#pragma unroll
    for (int i = 0; i < 4; ++i) load_matrices(a_[buffer][i], a + 16 * k_row_bytes * i);
#pragma unroll
    for (int i = 0; i < 4; ++i) load_matrices(b_[buffer][i], b + 16 * k_row_bytes * i);
  }

  __device__ void multiply(int buffer) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
#pragma unroll
      for (int j = 0; j < 8; ++j) {
        float* const c = sums_[i][j];
        const std::uint32_t* const a = a_[buffer][i];
        const std::uint32_t* const b = b_[buffer][j / 2] + 2 * (j % 2);
        asm volatile(
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
            "{%8, %9}, {%0, %1, %2, %3};"
            : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
      }
    }
  }

  /// c: the first element of the block's tile.
  __device__ void store(float* c, int n) const {
    const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
#pragma unroll
      for (int j = 0; j < 8; ++j) {
        float* const at = c + static_cast<std::size_t>(warp_row() + 16 * i + lane / 4) * n + warp_column() +
                          8 * j + lane % 4 * 2;
        *reinterpret_cast<float2*>(at) = make_float2(sums_[i][j][0], sums_[i][j][1]);
        *reinterpret_cast<float2*>(at + static_cast<std::size_t>(8) * n) =
            make_float2(sums_[i][j][2], sums_[i][j][3]);
      }
    }
  }

 private:
  __device__ static int warp_row() {
    return static_cast<int>(threadIdx.x) / 32 / 4 * 64;
  }
  __device__ static int warp_column() {
    return static_cast<int>(threadIdx.x) / 32 % 4 * 64;
  }

  __device__ static void load_matrices(std::uint32_t (&to)[4], std::uint32_t shared) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(shared)
                 : "memory");
  }

  int a_row_, a_chunk_, b_row_, b_chunk_;
  std::uint32_t a_[2][4][4];
  std::uint32_t b_[2][4][4];
  float sums_[4][8][4] = {};
};

}  // namespace gpupass::bench::cuda
