// SPDX-License-Identifier: GPL-2.0-or-later
// Sparse matrix times vector, fp64, rows compressed (CSR). Limited by device memory where a row's columns lie
// together (box), and by random reads of x, which L2 holds, where they lie anywhere (scattered).
#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

constexpr unsigned k_block = 256;
constexpr unsigned k_lanes = 8;  // on one row
constexpr unsigned k_at_once = 4;

/// Small integers: sums of products are exact in fp64, in whatever order.
struct Integers {
  std::uint64_t seed;
  __host__ __device__ double operator()(std::uint64_t index) const {
    return static_cast<double>(pattern_word(index, seed) >> 48) - 32768;
  }
};

/// Every cell of a cube and its 26 neighbours; opposite faces of the cube meet.
struct Box {
  static constexpr const char* k_name = "box";
  static constexpr std::uint32_t k_row = 27;  // entries in a row
  std::uint32_t bits;                         // of a coordinate

  [[nodiscard]] std::uint32_t rows() const { return 1U << (3 * bits); }
  __host__ __device__ std::uint32_t column(std::uint64_t entry) const {
    const auto row = static_cast<std::uint32_t>(entry / k_row),
               which = static_cast<std::uint32_t>(entry % k_row);
    const std::uint32_t mask = (1U << bits) - 1;
    const std::uint32_t x = (row + which % 3 - 1) & mask;
    const std::uint32_t y = ((row >> bits) + which / 3 % 3 - 1) & mask;
    const std::uint32_t z = ((row >> (2 * bits)) + which / 9 - 1) & mask;
    return (z << (2 * bits)) | (y << bits) | x;
  }
};

/// Columns at random.
struct Scattered {
  static constexpr const char* k_name = "scattered";
  static constexpr std::uint32_t k_row = 32;
  std::uint32_t bits;  // of a row's number
  std::uint64_t seed;

  [[nodiscard]] std::uint32_t rows() const { return 1U << bits; }
  __host__ __device__ std::uint32_t column(std::uint64_t entry) const {
    return static_cast<std::uint32_t>(pattern_word(entry, seed) >> (64 - bits));
  }
};

template <class Matrix>
struct Columns {
  Matrix matrix;
  __host__ __device__ std::uint32_t operator()(std::uint64_t entry) const { return matrix.column(entry); }
};

struct RowStarts {
  std::uint32_t row;
  __host__ __device__ std::uint32_t operator()(std::uint64_t index) const {
    return static_cast<std::uint32_t>(index) * row;
  }
};

/// Lanes take k_at_once entries each before they use one: a row's entries, columns and elements of x are in
/// flight together.
__global__ void __launch_bounds__(k_block)
    multiply(std::uint32_t rows, const std::uint32_t* first, const std::uint32_t* column, const double* value,
             const double* x, double* y) {
  const std::uint32_t row = (blockIdx.x * k_block + threadIdx.x) / k_lanes;
  const std::uint32_t lane = threadIdx.x % k_lanes;
  if (row >= rows) return;
  const std::uint32_t end = first[row + 1];
  double sum = 0;
  for (std::uint32_t start = first[row] + lane; start < end; start += k_lanes * k_at_once) {
    std::uint32_t where[k_at_once];
    double factor[k_at_once];
#pragma unroll
    for (std::uint32_t i = 0; i < k_at_once; ++i) {
      const std::uint32_t entry = start + i * k_lanes;
      where[i] = entry < end ? __ldcs(column + entry) : 0;
      factor[i] = entry < end ? __ldcs(value + entry) : 0;
    }
#pragma unroll
    for (std::uint32_t i = 0; i < k_at_once; ++i) sum += factor[i] * x[where[i]];
  }
  for (unsigned distance = k_lanes / 2; distance > 0; distance /= 2)
    sum += __shfl_down_sync(~0U, sum, distance);
  if (lane == 0) y[row] = sum;
}

template <class Matrix>
Result<> measure(const Case& row, Context& context, const Card& card, const Matrix& matrix) {
  const std::uint32_t rows = matrix.rows();
  const std::size_t entries = std::size_t{rows} * Matrix::k_row;
  const Integers value{context.settings().seed}, x_value{~context.settings().seed};
  GPUPASS_TRY_ASSIGN(auto first, DeviceBuffer<std::uint32_t>::make(std::size_t{rows} + 1));
  GPUPASS_TRY_ASSIGN(auto columns, DeviceBuffer<std::uint32_t>::make(entries));
  GPUPASS_TRY_ASSIGN(auto values, DeviceBuffer<double>::make(entries));
  GPUPASS_TRY_ASSIGN(auto x, DeviceBuffer<double>::make(rows));
  GPUPASS_TRY_ASSIGN(auto y, DeviceBuffer<double>::make(rows));
  GPUPASS_TRY(fill_with(first, RowStarts{Matrix::k_row}));
  GPUPASS_TRY(fill_with(columns, Columns<Matrix>{matrix}));
  GPUPASS_TRY(fill_with(values, value));
  GPUPASS_TRY(fill_with(x, x_value));
  GPUPASS_TRY(poison(y.data(), y.bytes()));

  auto measurement = measurement_of(row, {{"matrix", std::string(Matrix::k_name)},
                                          {"rows", static_cast<std::int64_t>(rows)},
                                          {"entries", static_cast<std::int64_t>(entries)}});
  measurement.ceiling = memory_bandwidth(card);
  const double bytes = 12.0 * static_cast<double>(entries) + 20.0 * rows;
  GPUPASS_TRY(sample_on_device(context, measurement, bytes, [&](cudaStream_t queue) {
    multiply<<<rows / (k_block / k_lanes), k_block, 0, queue>>>(rows, first.data(), columns.data(),
                                                                values.data(), x.data(), y.data());
    return launched(row.id);
  }));
  GPUPASS_TRY_ASSIGN(auto check, compare_with(y, row.check, [&](std::uint64_t i) {
                       double sum = 0;
                       for (std::uint64_t entry = i * Matrix::k_row; entry < (i + 1) * Matrix::k_row;
                            ++entry) {
                         sum += value(entry) * x_value(matrix.column(entry));
                       }
                       return sum;
                     }));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace

Result<> spmv(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const bool quick = context.settings().quick;
  GPUPASS_TRY(measure(row, context, card, Box{quick ? 5U : 7U}));
  return measure(row, context, card, Scattered{quick ? 15U : 21U, context.settings().seed});
}

}  // namespace gpupass::bench::cuda::app
