// SPDX-License-Identifier: GPL-2.0-or-later
// Dense matrix products C = A·Bᵀ on the tensor cores: by the suite's own kernels, which are always available,
// and by libcublas, which uses what only this architecture has.
#include <algorithm>

#include "bench/cuda/arrays.cuh"
#include "bench/cuda/cublas.hpp"
#include "bench/cuda/device_cases.hpp"
#include "bench/cuda/gemm_bf16.cuh"
#include "bench/cuda/gemm_check.hpp"
#include "bench/cuda/gemm_fp64.cuh"
#include "bench/cuda/gemm_own.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {
namespace {

/// Integers of `Bits` bits with sign. They are exact in T, and so is every sum of n products in its sums: by
/// size, 2^10 · 8192 is below the 2^24 of fp32 and 2^40 · 4096 below the 2^53 of fp64.
template <class T, int Bits>
struct Integers {
  std::uint64_t seed;
  __host__ __device__ std::int64_t integer(std::uint64_t index) const {
    return static_cast<std::int64_t>(pattern_word(index, seed) >> (64 - Bits)) - (1 << (Bits - 1));
  }
  __host__ __device__ T operator()(std::uint64_t index) const {
    return T(static_cast<float>(integer(index)));
  }

  [[nodiscard]] Row rows(std::size_t n) const {
    return [*this, n](std::size_t row, std::span<std::int64_t> to) {
      for (std::size_t k = 0; k < n; ++k) to[k] = integer(row * n + k);
    };
  }
};

struct Bf16 {
  using Shape = Bf16Shape;
  using Values = Integers<__nv_bfloat16, 6>;
  static constexpr Precision k_precision = Precision::bf16;
  static constexpr int k_n = 8192, k_quick_n = 2048;
};

struct Fp64 {
  using Shape = Fp64Shape;
  using Values = Integers<double, 21>;
  static constexpr Precision k_precision = Precision::fp64;
  static constexpr int k_n = 4096, k_quick_n = 1024;
};

template <class Sum>
Result<> compare(const DeviceBuffer<Sum>& c, std::size_t n, ProductCheck& check) {
  std::vector<double> row;
  row.reserve(n);
  return visit_on_host(c, [&](std::size_t first, std::span<const Sum> part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      row.push_back(part[i]);
      if (row.size() < n) continue;
      check.row((first + i) / n, std::span<const double>(row.data(), n));
      row.clear();
    }
  });
}

/// Multiplier: whatever has multiply(a, b, c, n, stream).
template <class Type, class Multiplier>
Result<> measure(const Case& row, Context& context, const Card& card, const Multiplier& multiplier) {
  using Shape = typename Type::Shape;
  const int n = context.settings().quick ? Type::k_quick_n : Type::k_n;
  const auto size = static_cast<std::size_t>(n);
  auto measurement = measurement_of(row, {{"n", static_cast<std::int64_t>(n)}});
  measurement.ceiling = tensor_rate(card, Type::k_precision);

  const typename Type::Values first{context.settings().seed}, second{~context.settings().seed};
  GPUPASS_TRY_ASSIGN(auto a, DeviceBuffer<typename Shape::Element>::make(size * size));
  GPUPASS_TRY_ASSIGN(auto b, DeviceBuffer<typename Shape::Element>::make(size * size));
  GPUPASS_TRY_ASSIGN(auto c, DeviceBuffer<typename Shape::Sum>::make(size * size));
  GPUPASS_TRY(fill_with(a, first));
  GPUPASS_TRY(fill_with(b, second));
  GPUPASS_TRY(poison(c.data(), c.bytes()));
  const double operations = 2.0 * n * n * n;
  GPUPASS_TRY(sample_on_device(context, measurement, operations, [&](cudaStream_t queue) {
    return multiplier.multiply(a.data(), b.data(), c.data(), n, queue);
  }));

  ProductCheck check(std::string(row.check), size, first.rows(size), second.rows(size),
                     context.settings().seed);
  GPUPASS_TRY(compare(c, size, check));
  judge(measurement, check.check());
  context.record(std::move(measurement));
  return {};
}

template <class Type>
Result<> measure_own(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  GPUPASS_TRY_ASSIGN(const auto own, OwnProduct<typename Type::Shape>::prepare(card));
  return measure<Type>(row, context, card, own);
}

template <class Type>
Result<> measure_cublas(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  GPUPASS_TRY_ASSIGN(const auto cublas, Cublas::load());
  return measure<Type>(row, context, card, cublas);
}

}  // namespace

Result<> gemm_bf16(const Case& row, Context& context) {
  return measure_own<Bf16>(row, context);
}
Result<> gemm_bf16_cublas(const Case& row, Context& context) {
  return measure_cublas<Bf16>(row, context);
}
Result<> gemm_fp64(const Case& row, Context& context) {
  return measure_own<Fp64>(row, context);
}
Result<> gemm_fp64_cublas(const Case& row, Context& context) {
  return measure_cublas<Fp64>(row, context);
}

}  // namespace gpupass::bench::cuda
