// SPDX-License-Identifier: GPL-2.0-or-later
// Fused multiply-adds in registers, nothing else: what the multiprocessors reach at their clock.
#include <cmath>

#include "bench/cuda/arrays.cuh"
#include "bench/cuda/device_cases.hpp"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr unsigned k_block = 256;
constexpr unsigned k_blocks_on_sm = 8;  // all the threads that a processor holds
constexpr int k_chains = 8;             // independent of each other, of each thread
constexpr int k_pairs = 16;             // of operations on each chain in one turn of the loop
constexpr unsigned k_lanes_checked = 97;

/// x ↦ 0.8 (1.25 x + 1/2) − 0.4 is x again but for rounding: values stay where they are, all of them
/// different, however long it goes on. The numbers are part of the instructions: three registers of one bank
/// would cost an extra cycle.
template <class T>
struct Factors {
  static constexpr T k_up = T(1.25), k_up_add = T(0.5), k_down = T(0.8), k_down_add = T(-0.4);
};

template <class T>
__host__ __device__ T start(std::uint64_t lane, int chain, std::uint64_t seed) {
  return T(pattern_word(lane * k_chains + static_cast<std::uint64_t>(chain), seed) >> 41) / T(1 << 23);
}

template <class T>
__global__ void __launch_bounds__(k_block) multiply_add(int turns, std::uint64_t seed, T* out) {
  const std::uint64_t lane = static_cast<std::uint64_t>(blockIdx.x) * k_block + threadIdx.x;
  T x[k_chains];
#pragma unroll
  for (int chain = 0; chain < k_chains; ++chain) x[chain] = start<T>(lane, chain, seed);
#pragma unroll 1
  for (int turn = 0; turn < turns; ++turn) {
#pragma unroll
    for (int pair = 0; pair < k_pairs; ++pair) {
#pragma unroll
      for (int chain = 0; chain < k_chains; ++chain)
        x[chain] = fma(x[chain], Factors<T>::k_up, Factors<T>::k_up_add);
#pragma unroll
      for (int chain = 0; chain < k_chains; ++chain)
        x[chain] = fma(x[chain], Factors<T>::k_down, Factors<T>::k_down_add);
    }
  }
  T sum = 0;
#pragma unroll
  for (int chain = 0; chain < k_chains; ++chain) sum += x[chain];
  out[lane] = sum;
}

/// The same by the processor.
template <class T>
T expected(int turns, std::uint64_t seed, std::uint64_t lane) {
  T sum = 0;
  for (int chain = 0; chain < k_chains; ++chain) {
    T x = start<T>(lane, chain, seed);
    for (int pair = 0; pair < turns * k_pairs; ++pair) {
      x = std::fma(x, Factors<T>::k_up, Factors<T>::k_up_add);
      x = std::fma(x, Factors<T>::k_down, Factors<T>::k_down_add);
    }
    sum += x;
  }
  return sum;
}

/// The ceiling at the clock that the samples were seen at: what the card did not grant is no loss of the
/// kernel's.
std::optional<Ceiling> ceiling_at_measured_clock(Card card, Precision precision,
                                                 const Measurement& measurement) {
  if (measurement.sm_mhz.empty()) return fma_rate(card, precision);
  card.sm_hz = summarize(measurement.sm_mhz, Better::higher).median * 1e6;
  auto ceiling = fma_rate(card, precision);
  if (ceiling) ceiling->formula += ", the clock as measured";
  return ceiling;
}

template <class T>
Result<> measure(const Case& row, Context& context, Precision precision, int turns) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const std::uint64_t seed = context.settings().seed;
  const unsigned blocks = static_cast<unsigned>(card.sm) * k_blocks_on_sm;
  auto measurement = measurement_of(row);
  GPUPASS_TRY_ASSIGN(auto out, DeviceBuffer<T>::make(static_cast<std::size_t>(blocks) * k_block));
  GPUPASS_TRY(poison(out.data(), out.bytes()));
  const double operations = 2.0 * 2 * k_pairs * k_chains * turns * static_cast<double>(out.size());
  GPUPASS_TRY(sample_on_device(context, measurement, operations, [&](cudaStream_t queue) {
    multiply_add<T><<<blocks, k_block, 0, queue>>>(turns, seed, out.data());
    return launched(row.id);
  }));
  measurement.ceiling = ceiling_at_measured_clock(card, precision, measurement);

  GPUPASS_TRY_ASSIGN(const auto found, download(out));
  Comparison comparison(row.check);
  for (std::size_t lane = 0; lane < found.size(); lane += found.size() / k_lanes_checked) {
    comparison.equal("thread", lane, found[lane], expected<T>(turns, seed, lane));
  }
  judge(measurement, comparison.check());
  context.record(std::move(measurement));
  return {};
}

}  // namespace

// Turns that last some milliseconds.
Result<> fma_fp32(const Case& row, Context& context) {
  return measure<float>(row, context, Precision::fp32, 1600);
}
Result<> fma_fp64(const Case& row, Context& context) {
  return measure<double>(row, context, Precision::fp64, 800);
}

}  // namespace gpupass::bench::cuda
