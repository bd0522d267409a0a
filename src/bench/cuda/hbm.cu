// SPDX-License-Identifier: GPL-2.0-or-later
// Device memory as the multiprocessors stream it: c = a, 3a, a + b, a + 3b, and a·b, in fp64.
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/device_cases.hpp"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {
namespace {

/// Bytes of one array: far more than L2, so that nothing of one pass is left there for the next. The full
/// size also makes a pass so long that what lies between two kernels does not count.
std::size_t array_bytes(const Context& context) {
  return std::size_t{1} << (context.settings().quick ? 28 : 31);
}

/// Integers of `Bits` bits: few enough that sums and products of them are exact in fp64.
template <int Bits>
struct Integers {
  std::uint64_t seed;
  __host__ __device__ double operator()(std::uint64_t index) const {
    return static_cast<double>(pattern_word(index, seed) >> (64 - Bits));
  }
};

// What makes c, from how many arrays; what a thread moves at once, and how many threads make a block. One
// element or vector a thread, not a loop: it keeps more requests in flight. How much of an array is in flight
// at once decides how often memory changes between pages, and between reading and writing.
struct OneInput {
  static constexpr int k_inputs = 1;
  static constexpr unsigned k_block = 1024;
  using Vector = double2;
};
struct TwoInputs {
  static constexpr int k_inputs = 2;
  static constexpr unsigned k_block = 512;
  using Vector = double;
};
struct Copy : OneInput {
  __host__ __device__ static double of(double a, double) { return a; }
};
struct Scale : OneInput {
  __host__ __device__ static double of(double a, double) { return 3 * a; }
};
struct Add : TwoInputs {
  __host__ __device__ static double of(double a, double b) { return a + b; }
};
struct Triad : TwoInputs {
  __host__ __device__ static double of(double a, double b) { return a + 3 * b; }
};

template <class Operation>
__device__ double of(double a, double b) {
  return Operation::of(a, b);
}
template <class Operation>
__device__ double2 of(double2 a, double2 b) {
  return make_double2(Operation::of(a.x, b.x), Operation::of(a.y, b.y));
}

template <class Operation, class Vector = typename Operation::Vector>
__global__ void __launch_bounds__(Operation::k_block) stream(const Vector* a, const Vector* b, Vector* c) {
  const std::size_t i = static_cast<std::size_t>(blockIdx.x) * Operation::k_block + threadIdx.x;
  const Vector x = __ldcs(a + i);
  const Vector y = Operation::k_inputs == 2 ? __ldcs(b + i) : x;
  __stcs(c + i, of<Operation>(x, y));
}

template <class Operation>
Result<> measure_stream(const Case& row, Context& context) {
  using Vector = typename Operation::Vector;
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const std::size_t bytes = array_bytes(context);
  const std::size_t n = bytes / sizeof(double);
  auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}});
  measurement.ceiling = memory_bandwidth(card);

  const Integers<32> first{context.settings().seed}, second{~context.settings().seed};
  GPUPASS_TRY_ASSIGN(auto a, DeviceBuffer<double>::make(n));
  GPUPASS_TRY_ASSIGN(auto b, DeviceBuffer<double>::make(Operation::k_inputs == 2 ? n : 2));
  GPUPASS_TRY_ASSIGN(auto c, DeviceBuffer<double>::make(n));
  GPUPASS_TRY(fill_with(a, first));
  GPUPASS_TRY(fill_with(b, second));
  GPUPASS_TRY(poison(c.data(), c.bytes()));

  const auto amount = static_cast<double>((Operation::k_inputs + 1) * bytes);
  const auto blocks = static_cast<unsigned>(bytes / sizeof(Vector) / Operation::k_block);
  GPUPASS_TRY(sample_on_device(context, measurement, amount, [&](cudaStream_t queue) {
    stream<Operation><<<blocks, Operation::k_block, 0, queue>>>(reinterpret_cast<const Vector*>(a.data()),
                                                                reinterpret_cast<const Vector*>(b.data()),
                                                                reinterpret_cast<Vector*>(c.data()));
    return launched(row.id);
  }));
  GPUPASS_TRY_ASSIGN(auto check, compare_with(c, row.check, [&](std::size_t i) {
                       return Operation::of(first(i), second(i));
                     }));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

constexpr unsigned k_dot_block = 512;
constexpr unsigned k_dot_vectors = 2;  // of each array, in flight a thread
constexpr unsigned k_warp = 32;
constexpr int k_dot_bits = 12;  // 2^24 a product, 2^28 of them: exact in the 53 bits of fp64

struct DotSum {
  double running;   // of the blocks done so far; 0 between kernels
  unsigned blocks;  // done so far; 0 between kernels
  double result;
};

/// The sum of all lanes' values, in lane 0.
__device__ double warp_sum(double value) {
  for (unsigned distance = k_warp / 2; distance > 0; distance /= 2) {
    value += __shfl_down_sync(~0U, value, distance);
  }
  return value;
}

/// A block sums its part and adds it to the running sum; the last one turns that into the result.
__global__ void __launch_bounds__(k_dot_block) dot(const double2* a, const double2* b, DotSum* sum) {
  constexpr unsigned k_warps = k_dot_block / k_warp;
  const std::size_t first = static_cast<std::size_t>(blockIdx.x) * k_dot_block * k_dot_vectors + threadIdx.x;
  double2 x[k_dot_vectors], y[k_dot_vectors];
#pragma unroll
  for (unsigned i = 0; i < k_dot_vectors; ++i) {
    x[i] = __ldcs(a + first + i * k_dot_block);
    y[i] = __ldcs(b + first + i * k_dot_block);
  }
  double mine = 0;
#pragma unroll
  for (unsigned i = 0; i < k_dot_vectors; ++i) mine += x[i].x * y[i].x + x[i].y * y[i].y;
  mine = warp_sum(mine);

  __shared__ double of_warp[k_warps];
  if (threadIdx.x % k_warp == 0) of_warp[threadIdx.x / k_warp] = mine;
  __syncthreads();
  if (threadIdx.x >= k_warp) return;
  mine = warp_sum(threadIdx.x < k_warps ? of_warp[threadIdx.x] : 0);
  if (threadIdx.x != 0) return;
  atomicAdd(&sum->running, mine);
  __threadfence();
  if (atomicInc(&sum->blocks, gridDim.x - 1) != gridDim.x - 1) return;
  sum->result = __longlong_as_double(
      static_cast<long long>(atomicExch(reinterpret_cast<unsigned long long*>(&sum->running), 0)));
}

}  // namespace

Result<> hbm_copy(const Case& row, Context& context) {
  return measure_stream<Copy>(row, context);
}
Result<> hbm_scale(const Case& row, Context& context) {
  return measure_stream<Scale>(row, context);
}
Result<> hbm_add(const Case& row, Context& context) {
  return measure_stream<Add>(row, context);
}
Result<> hbm_triad(const Case& row, Context& context) {
  return measure_stream<Triad>(row, context);
}

Result<> hbm_dot(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const std::size_t bytes = array_bytes(context);
  const std::size_t n = bytes / sizeof(double);
  auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}});
  measurement.ceiling = memory_bandwidth(card);

  const Integers<k_dot_bits> first{context.settings().seed}, second{~context.settings().seed};
  GPUPASS_TRY_ASSIGN(auto a, DeviceBuffer<double>::make(n));
  GPUPASS_TRY_ASSIGN(auto b, DeviceBuffer<double>::make(n));
  GPUPASS_TRY_ASSIGN(auto sum, uploaded(std::vector<DotSum>{{0, 0, -1}}));
  GPUPASS_TRY(fill_with(a, first));
  GPUPASS_TRY(fill_with(b, second));

  const auto blocks = static_cast<unsigned>(n / 2 / k_dot_block / k_dot_vectors);
  GPUPASS_TRY(sample_on_device(context, measurement, 2 * static_cast<double>(bytes), [&](cudaStream_t queue) {
    dot<<<blocks, k_dot_block, 0, queue>>>(reinterpret_cast<const double2*>(a.data()),
                                           reinterpret_cast<const double2*>(b.data()), sum.data());
    return launched(row.id);
  }));
  double expected = 0;
  for (std::size_t i = 0; i < n; ++i) expected += first(i) * second(i);
  GPUPASS_TRY_ASSIGN(const auto found, download(sum));
  Comparison comparison(row.check);
  comparison.equal("sum", 0, found.front().result, expected);
  judge(measurement, comparison.check());
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda
