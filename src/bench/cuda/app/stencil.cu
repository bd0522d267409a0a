// SPDX-License-Identifier: GPL-2.0-or-later
// A nine-point stencil on a square of fp64 cells. Limited by device memory: neighbours come from registers
// and L1, so every cell is read and written there once.
#include <algorithm>
#include <array>

#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

constexpr unsigned k_block = 256;
constexpr unsigned k_lines = 8;  // that a thread walks down

/// Integers of 32 bits: with the weights below, which are powers of two, every result is exact in fp64.
struct Integers {
  std::uint64_t seed;
  __host__ __device__ double operator()(std::uint64_t index) const {
    return static_cast<double>(pattern_word(index, seed) >> 32);
  }
};

/// Of a cell, its four nearest and its four diagonal neighbours.
__host__ __device__ double weighted(double cell, double nearest, double diagonal) {
  return 0.25 * cell + 0.125 * nearest + 0.0625 * diagonal;
}

/// Of one line: a cell, and the sum of those to its left and right.
struct Three {
  double middle, sides;
};

/// side: a power of two; the square's edges meet. A thread keeps the lines above and below in registers.
__global__ void __launch_bounds__(k_block)
    stencil_step(const double* __restrict__ in, double* __restrict__ out, unsigned side) {
  const unsigned mask = side - 1;
  const unsigned x = blockIdx.x * k_block + threadIdx.x;
  const unsigned left = (x - 1) & mask, right = (x + 1) & mask;
  const auto line = [&](unsigned y) {
    const double* const start = in + static_cast<std::size_t>(y & mask) * side;
    return Three{start[x], start[left] + start[right]};
  };
  const unsigned top = blockIdx.y * k_lines;
  Three above = line(top - 1), here = line(top);
#pragma unroll
  for (unsigned y = top; y < top + k_lines; ++y) {
    const Three below = line(y + 1);
    const double nearest = above.middle + below.middle + here.sides;
    __stcs(out + static_cast<std::size_t>(y) * side + x,
           weighted(here.middle, nearest, above.sides + below.sides));
    above = here;
    here = below;
  }
}

}  // namespace

Result<> stencil(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const unsigned side = context.settings().quick ? 4096 : 16384;
  const std::size_t cells = std::size_t{side} * side;
  const Integers value{context.settings().seed};
  GPUPASS_TRY_ASSIGN(auto in, DeviceBuffer<double>::make(cells));
  GPUPASS_TRY_ASSIGN(auto out, DeviceBuffer<double>::make(cells));
  GPUPASS_TRY(fill_with(in, value));
  GPUPASS_TRY(poison(out.data(), out.bytes()));

  auto measurement = measurement_of(row, {{"side", static_cast<std::int64_t>(side)}});
  measurement.ceiling = memory_bandwidth(card);
  GPUPASS_TRY(sample_on_device(context, measurement, static_cast<double>(in.bytes() + out.bytes()),
                               [&](cudaStream_t queue) {
                                 stencil_step<<<dim3(side / k_block, side / k_lines), k_block, 0, queue>>>(
                                     in.data(), out.data(), side);
                                 return launched(row.id);
                               }));
  const std::size_t mask = side - 1;
  // The lines that the cell under comparison needs, computed once for each line.
  std::array<std::vector<double>, 3> lines;
  const auto compute_line = [&](std::vector<double>& line, std::size_t y) {
    line.resize(side);
    for (std::size_t x = 0; x < side; ++x) line[x] = value((y & mask) * side + x);
  };
  compute_line(lines[1], side - 1);
  compute_line(lines[2], 0);
  GPUPASS_TRY_ASSIGN(auto check, compare_with(out, row.check, [&](std::size_t i) {
                       const std::size_t x = i % side, y = i / side;
                       if (x == 0) {
                         std::ranges::rotate(lines, lines.begin() + 1);
                         compute_line(lines[2], y + 1);
                       }
                       const std::size_t left = (x - 1) & mask, right = (x + 1) & mask;
                       const auto& [above, here, below] = lines;
                       return weighted(here[x], above[x] + below[x] + here[left] + here[right],
                                       above[left] + above[right] + below[left] + below[right]);
                     }));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda::app
