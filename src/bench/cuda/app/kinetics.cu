// SPDX-License-Identifier: GPL-2.0-or-later
// Chemical source terms of many cells, each by itself, as flow solvers with combustion compute them: rates of
// reversible reactions after Arrhenius. The mechanism is made up, its shape is not. Limited by fp64
// arithmetic, most of it in exponentials, with device memory close behind.
#include <cmath>

#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

constexpr unsigned k_block = 128;
constexpr int k_species = 16;
constexpr int k_reactions = 32;
constexpr std::size_t k_checked = 61;  // every 61st cell
constexpr double k_tolerance = 1e-12;  // as a part of the magnitudes that a term sums

/// Reaction r: a + b ⇌ c + d.
__host__ __device__ constexpr int a_of(int r) {
  return r % k_species;
}
__host__ __device__ constexpr int b_of(int r) {
  return (5 * r + 3) % k_species;
}
__host__ __device__ constexpr int c_of(int r) {
  return (7 * r + 1) % k_species;
}
__host__ __device__ constexpr int d_of(int r) {
  return (3 * r + 8) % k_species;
}

/// Inputs of a cell: temperature 1000 … 2000, concentrations 0 … 1.
struct Temperature {
  std::uint64_t seed;
  __host__ __device__ double operator()(std::uint64_t cell) const {
    return 1000 + static_cast<double>(pattern_word(cell, seed) >> 32) * (1000.0 / 4294967296.0);
  }
};
struct Concentration {  // of species s in cell c at index s · cells + c
  std::uint64_t seed;
  __host__ __device__ double operator()(std::uint64_t index) const {
    return static_cast<double>(pattern_word(index, ~seed) >> 32) / 4294967296.0;
  }
};

/// Forward and backward rate of reaction r.
__host__ __device__ inline double2 rates(int r, double log_t, double inverse_t,
                                         const double (&c)[k_species]) {
  const double forward = exp(0.25 * (r % 5) * log_t - (800.0 + 150.0 * r) * inverse_t);
  const double backward = exp(0.125 * (r % 7) * log_t - (1000.0 + 200.0 * r) * inverse_t);
  return make_double2(forward * c[a_of(r)] * c[b_of(r)], backward * c[c_of(r)] * c[d_of(r)]);
}

__global__ void __launch_bounds__(k_block)
    source_terms(const double* temperature, const double* concentration, double* term, std::size_t cells) {
  const std::size_t cell = static_cast<std::size_t>(blockIdx.x) * k_block + threadIdx.x;
  const double t = temperature[cell];
  const double log_t = log(t), inverse_t = 1 / t;
  double c[k_species], sum[k_species] = {};
#pragma unroll
  for (int s = 0; s < k_species; ++s) c[s] = __ldcs(concentration + s * cells + cell);
#pragma unroll
  for (int r = 0; r < k_reactions; ++r) {
    const double2 rate = rates(r, log_t, inverse_t, c);
    const double net = rate.x - rate.y;
    sum[a_of(r)] -= net;
    sum[b_of(r)] -= net;
    sum[c_of(r)] += net;
    sum[d_of(r)] += net;
  }
#pragma unroll
  for (int s = 0; s < k_species; ++s) __stcs(term + s * cells + cell, sum[s]);
}

Result<Check> compare(const DeviceBuffer<double>& term, std::size_t cells, std::uint64_t seed,
                      std::string_view kind) {
  GPUPASS_TRY_ASSIGN(const auto found, download(term));
  Comparison comparison(kind);
  for (std::size_t cell = 0; cell < cells; cell += k_checked) {
    const double t = Temperature{seed}(cell);
    double c[k_species], sum[k_species] = {}, magnitude[k_species] = {};
    for (std::size_t s = 0; s < k_species; ++s) c[s] = Concentration{seed}(s * cells + cell);
    for (int r = 0; r < k_reactions; ++r) {
      const double2 rate = rates(r, std::log(t), 1 / t, c);
      for (const int s : {a_of(r), b_of(r)}) sum[s] -= rate.x - rate.y, magnitude[s] += rate.x + rate.y;
      for (const int s : {c_of(r), d_of(r)}) sum[s] += rate.x - rate.y, magnitude[s] += rate.x + rate.y;
    }
    for (std::size_t s = 0; s < k_species; ++s) {
      comparison.within("term", s * cells + cell, found[s * cells + cell], sum[s],
                        k_tolerance * magnitude[s]);
    }
  }
  return comparison.check();
}

}  // namespace

Result<> kinetics(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  const std::uint64_t seed = context.settings().seed;
  const std::size_t cells = std::size_t{1} << (context.settings().quick ? 18 : 22);
  GPUPASS_TRY_ASSIGN(auto temperature, DeviceBuffer<double>::make(cells));
  GPUPASS_TRY_ASSIGN(auto concentration, DeviceBuffer<double>::make(cells * k_species));
  GPUPASS_TRY_ASSIGN(auto term, DeviceBuffer<double>::make(cells * k_species));
  GPUPASS_TRY(fill_with(temperature, Temperature{seed}));
  GPUPASS_TRY(fill_with(concentration, Concentration{seed}));
  GPUPASS_TRY(poison(term.data(), term.bytes()));

  auto measurement = measurement_of(row, {{"cells", static_cast<std::int64_t>(cells)},
                                          {"species", std::int64_t{k_species}},
                                          {"reactions", std::int64_t{k_reactions}}});
  GPUPASS_TRY(sample_on_device(context, measurement, static_cast<double>(cells), [&](cudaStream_t queue) {
    source_terms<<<static_cast<unsigned>(cells / k_block), k_block, 0, queue>>>(
        temperature.data(), concentration.data(), term.data(), cells);
    return launched(row.id);
  }));
  GPUPASS_TRY_ASSIGN(auto check, compare(term, cells, seed, row.check));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda::app
