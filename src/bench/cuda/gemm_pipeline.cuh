// SPDX-License-Identifier: GPL-2.0-or-later
// C = A·Bᵀ for square row-major matrices on the tensor cores: the pipeline that feeds them. Tiles of A and B
// come from device memory by cp.async, several stages ahead; fragments come from shared memory one step ahead
// of the multiplication that uses them. What a fragment is, and its multiplication, is the Shape's
// (gemm_bf16.cuh, gemm_fp64.cuh).
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace gpupass::bench::cuda {

constexpr int k_threads = 256;     // of a block: 8 warps
constexpr int k_row_bytes = 128;   // of a tile: 32 banks of 4 bytes
constexpr int k_chunk_bytes = 16;  // what one cp.async moves
constexpr int k_chunks = k_row_bytes / k_chunk_bytes;

/// Where a row's 16-byte chunk lies in its tile. Rows that lie in the same banks are told apart by their
/// number with its three lowest bits reversed: 8 rows at one chunk, and 2 rows at 4 chunks, then meet no bank
/// twice. Rows 8 apart are alike, so that what is computed for one serves for all.
__device__ inline std::uint32_t swizzled(int row, int chunk) {
  const int key = ((row & 1) << 2) | (row & 2) | ((row >> 2) & 1);
  return static_cast<std::uint32_t>(row * k_row_bytes + ((chunk ^ key) * k_chunk_bytes));
}

__device__ inline void copy_chunk(std::uint32_t shared, const void* global) {
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16;" ::"r"(shared), "l"(global) : "memory");
}

__device__ inline void close_stage() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

template <int Pending>
__device__ inline void wait_for_stages_but() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

/// A tile of Rows rows from a matrix whose rows are `stride` bytes apart; all threads of the block together.
template <int Rows>
__device__ inline void copy_tile(std::uint32_t shared, const char* global, std::size_t stride) {
  constexpr int k_rows_at_once = k_threads / k_chunks;
  const int row = static_cast<int>(threadIdx.x) / k_chunks;
  const int chunk = static_cast<int>(threadIdx.x) % k_chunks;
  const std::uint32_t to = shared + swizzled(row, chunk);
  const char* const from = global + row * stride + chunk * k_chunk_bytes;
#pragma unroll
  for (int first = 0; first < Rows; first += k_rows_at_once) {
    copy_chunk(to + static_cast<std::uint32_t>(first * k_row_bytes), from + first * stride);
  }
}

/// Which tile of C a block computes. Blocks that run at the same time share rows of A and B in L2, so they
/// take neighbouring tiles: columns of 16 tiles, one beside the other.
struct TilePlace {
  int row, column;
};

__device__ inline TilePlace tile_place(int block, int rows, int columns) {
  constexpr int k_band = 16;
  const int band = block / (k_band * columns);
  const int height = min(k_band, rows - band * k_band);
  const int within = block % (k_band * columns);
  return {band * k_band + within % height, within / height};
}

template <class Shape>
constexpr int k_stage_bytes = (Shape::k_rows + Shape::k_columns) * k_row_bytes;

/// n: a multiple of Shape::k_rows and Shape::k_columns. Grid: one block a tile of C.
template <class Shape, int Stages>
__global__ void __launch_bounds__(k_threads, 1)
    multiply(const typename Shape::Element* a, const typename Shape::Element* b, typename Shape::Sum* c,
             int n) {
  extern __shared__ __align__(128) unsigned char storage[];
  const auto shared = static_cast<std::uint32_t>(__cvta_generic_to_shared(storage));
  const auto place = tile_place(static_cast<int>(blockIdx.x), n / Shape::k_rows, n / Shape::k_columns);
  const std::size_t stride = static_cast<std::size_t>(n) * sizeof(typename Shape::Element);
  const char* next_a = reinterpret_cast<const char*>(a) + place.row * Shape::k_rows * stride;
  const char* next_b = reinterpret_cast<const char*>(b) + place.column * Shape::k_columns * stride;
  const int tiles = static_cast<int>(stride) / k_row_bytes;

  const auto fill = [&](int stage) {
    const std::uint32_t at = shared + static_cast<std::uint32_t>(stage * k_stage_bytes<Shape>);
    copy_tile<Shape::k_rows>(at, next_a, stride);
    copy_tile<Shape::k_columns>(at + Shape::k_rows * k_row_bytes, next_b, stride);
    next_a += k_row_bytes;
    next_b += k_row_bytes;
  };
#pragma unroll
  for (int stage = 0; stage < Stages - 1; ++stage) {
    if (stage < tiles) fill(stage);
    close_stage();
  }
  wait_for_stages_but<Stages - 2>();
  __syncthreads();

  Shape shape;
  shape.load(0, shared, 0);
  int reading = 0;           // the stage that fragments are loaded from
  int filling = Stages - 1;  // the stage whose tile was used up in the step before
  for (int tile = 0; tile < tiles; ++tile) {
#pragma unroll
    for (int step = 0; step < Shape::k_steps; ++step) {
      constexpr int k_last = Shape::k_steps - 1;
      if (step == k_last) {
        wait_for_stages_but<Stages - 2>();
        __syncthreads();
        reading = reading + 1 == Stages ? 0 : reading + 1;
      }
      const std::uint32_t at = shared + static_cast<std::uint32_t>(reading * k_stage_bytes<Shape>);
      shape.load((step + 1) % 2, at, (step + 1) % Shape::k_steps);
      if (step == 0) {
        if (tile + Stages - 1 < tiles) fill(filling);
        close_stage();
        filling = filling + 1 == Stages ? 0 : filling + 1;
      }
      shape.multiply(step % 2);
    }
  }
  shape.store(c + (place.row * Shape::k_rows * static_cast<std::size_t>(n)) + place.column * Shape::k_columns,
              n);
}

}  // namespace gpupass::bench::cuda
