// SPDX-License-Identifier: GPL-2.0-or-later
// Inference with a network of fully connected layers, quantised: products on the tensor cores, the negative
// cut off, the rest brought back to 4 bits. The host queues the layers and waits for the last one.
#include <array>

#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/gemm_bf16.cuh"
#include "bench/cuda/gemm_own.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

using Value = __nv_bfloat16;

constexpr int k_layers = 8;
constexpr unsigned k_block = 256;
constexpr std::size_t k_rows_checked = 8;

/// Integers 0 … 15.
struct Inputs {
  std::uint64_t seed;
  __host__ __device__ int integer(std::uint64_t index) const {
    return static_cast<int>(pattern_word(index, seed) >> 60);
  }
  __host__ __device__ Value operator()(std::uint64_t index) const {
    return Value(static_cast<float>(integer(index)));
  }
};

/// Integers −8 … 7. Sums of n ≤ 2^13 products are exact in fp32.
struct Weights {
  std::uint64_t seed;
  __host__ __device__ int integer(std::uint64_t index) const {
    return static_cast<int>(pattern_word(index, seed) >> 60) - 8;
  }
  __host__ __device__ Value operator()(std::uint64_t index) const {
    return Value(static_cast<float>(integer(index)));
  }
};

__host__ __device__ int activated(int sum) {
  constexpr int k_shift = 8, k_most = 15;
  const int scaled = (sum < 0 ? 0 : sum) >> k_shift;
  return scaled < k_most ? scaled : k_most;
}

__global__ void __launch_bounds__(k_block) activate(const float* sums, Value* out) {
  const std::size_t i = static_cast<std::size_t>(blockIdx.x) * k_block + threadIdx.x;
  out[i] = Value(static_cast<float>(activated(static_cast<int>(sums[i]))));
}

/// One row of inputs through all layers, by the processor.
std::vector<int> inferred(std::vector<int> row, const std::vector<std::vector<int>>& weights) {
  const std::size_t n = row.size();
  for (const auto& layer : weights) {
    std::vector<int> next(n);
    for (std::size_t j = 0; j < n; ++j) {
      int sum = 0;
      for (std::size_t k = 0; k < n; ++k) sum += row[k] * layer[j * n + k];
      next[j] = activated(sum);
    }
    row = std::move(next);
  }
  return row;
}

Result<Check> compare(const DeviceBuffer<Value>& out, std::size_t n, const Inputs& inputs,
                      const std::array<Weights, k_layers>& weights, std::string_view kind) {
  std::vector<std::vector<int>> layers;
  for (const auto& weight : weights) {
    auto& layer = layers.emplace_back(n * n);
    for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = weight.integer(i);
  }
  GPUPASS_TRY_ASSIGN(const auto found, download(out));
  Comparison comparison(kind);
  for (std::size_t row = 0; row < n; row += n / k_rows_checked) {
    std::vector<int> input(n);
    for (std::size_t k = 0; k < n; ++k) input[k] = inputs.integer(row * n + k);
    const auto expected = inferred(std::move(input), layers);
    for (std::size_t j = 0; j < n; ++j) {
      comparison.equal("output", row * n + j, static_cast<float>(found[row * n + j]),
                       static_cast<float>(expected[j]));
    }
  }
  return comparison.check();
}

}  // namespace

Result<> mlp(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const int n = context.settings().quick ? 512 : 2048;
  const std::size_t values = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  const Inputs inputs{context.settings().seed};
  std::array<Weights, k_layers> weights{};
  std::array<DeviceBuffer<Value>, k_layers> weight;
  for (std::size_t layer = 0; layer < k_layers; ++layer) {
    weights[layer].seed = context.settings().seed + (layer + 1) * values;
    GPUPASS_TRY_ASSIGN(weight[layer], DeviceBuffer<Value>::make(values));
    GPUPASS_TRY(fill_with(weight[layer], weights[layer]));
  }
  GPUPASS_TRY_ASSIGN(auto in, DeviceBuffer<Value>::make(values));
  GPUPASS_TRY_ASSIGN(auto sums, DeviceBuffer<float>::make(values));
  GPUPASS_TRY_ASSIGN(auto out, DeviceBuffer<Value>::make(values));
  GPUPASS_TRY(fill_with(in, inputs));
  GPUPASS_TRY(poison(out.data(), out.bytes()));
  GPUPASS_TRY_ASSIGN(const auto product, OwnProduct<Bf16Shape>::prepare(card));
  GPUPASS_TRY_ASSIGN(const auto stream, Stream::make());

  auto measurement =
      measurement_of(row, {{"n", static_cast<std::int64_t>(n)}, {"layers", std::int64_t{k_layers}}});
  measurement.ceiling = tensor_rate(card, Precision::bf16);
  const auto infer = [&]() -> Result<> {
    for (std::size_t layer = 0; layer < k_layers; ++layer) {
      const auto* const from = layer == 0 ? in.data() : out.data();
      GPUPASS_TRY(product.multiply(from, weight[layer].data(), sums.data(), n, stream.get()));
      activate<<<static_cast<unsigned>(values / k_block), k_block, 0, stream.get()>>>(sums.data(),
                                                                                      out.data());
      GPUPASS_TRY(launched("activate"));
    }
    return stream.wait(context.settings().timeout);
  };
  GPUPASS_TRY(sample_on_host(context, measurement, 2.0 * n * n * n * k_layers, infer));
  GPUPASS_TRY_ASSIGN(auto check, compare(out, static_cast<std::size_t>(n), inputs, weights, row.check));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda::app
