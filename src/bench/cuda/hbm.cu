// SPDX-License-Identifier: GPL-2.0-or-later
// Device memory as the multiprocessors stream it: c = a, 3a, a + b, a + 3b, and a·b, in fp64.
#include <array>

#include "bench/cuda/arrays.cuh"
#include "bench/cuda/device_cases.hpp"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr unsigned k_block = 256;

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

// What makes c, and from how many arrays.
struct Copy {
  static constexpr int k_inputs = 1;
  __host__ __device__ static double of(double a, double) { return a; }
};
struct Scale {
  static constexpr int k_inputs = 1;
  __host__ __device__ static double of(double a, double) { return 3 * a; }
};
struct Add {
  static constexpr int k_inputs = 2;
  __host__ __device__ static double of(double a, double b) { return a + b; }
};
struct Triad {
  static constexpr int k_inputs = 2;
  __host__ __device__ static double of(double a, double b) { return a + 3 * b; }
};

/// One 16-byte vector a thread, as a grid of that many threads keeps more requests in flight than a loop
/// does.
template <class Operation>
__global__ void __launch_bounds__(k_block) stream(const double2* a, const double2* b, double2* c) {
  const std::size_t i = static_cast<std::size_t>(blockIdx.x) * k_block + threadIdx.x;
  const double2 x = __ldcs(a + i);
  const double2 y = Operation::k_inputs == 2 ? __ldcs(b + i) : x;
  __stcs(c + i, make_double2(Operation::of(x.x, y.x), Operation::of(x.y, y.y)));
}

template <class Operation>
Result<> measure_stream(const Case& row, Context& context) {
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
  GPUPASS_TRY(sample_on_device(context, measurement, amount, [&](cudaStream_t queue) {
    stream<Operation><<<static_cast<unsigned>(n / 2 / k_block), k_block, 0, queue>>>(
        reinterpret_cast<const double2*>(a.data()), reinterpret_cast<const double2*>(b.data()),
        reinterpret_cast<double2*>(c.data()));
    return launched(row.id);
  }));
  GPUPASS_TRY_ASSIGN(auto check, compare_with(c, row.check, [&](std::size_t i) {
                       return Operation::of(first(i), second(i));
                     }));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

constexpr unsigned k_dot_vectors = 4;  // of each array, in flight a thread

struct DotSum {
  double running;   // of the blocks done so far; 0 between kernels
  unsigned blocks;  // done so far; 0 between kernels
  double result;
};

/// A block sums its part and adds it to the running sum; the last one turns that into the result.
__global__ void __launch_bounds__(k_block) dot(const double2* a, const double2* b, DotSum* sum) {
  const std::size_t first = static_cast<std::size_t>(blockIdx.x) * k_block * k_dot_vectors + threadIdx.x;
  double2 x[k_dot_vectors], y[k_dot_vectors];
#pragma unroll
  for (unsigned i = 0; i < k_dot_vectors; ++i) {
    x[i] = __ldcs(a + first + i * k_block);
    y[i] = __ldcs(b + first + i * k_block);
  }
  double mine = 0;
#pragma unroll
  for (unsigned i = 0; i < k_dot_vectors; ++i) mine += x[i].x * y[i].x + x[i].y * y[i].y;
  for (int distance = 16; distance > 0; distance /= 2) mine += __shfl_down_sync(~0U, mine, distance);

  __shared__ double of_warp[k_block / 32];
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = mine;
  __syncthreads();
  if (threadIdx.x != 0) return;
  for (unsigned warp = 1; warp < k_block / 32; ++warp) mine += of_warp[warp];
  atomicAdd(&sum->running, mine);
  __threadfence();
  if (atomicInc(&sum->blocks, gridDim.x - 1) != gridDim.x - 1) return;
  sum->result = __longlong_as_double(
      static_cast<long long>(atomicExch(reinterpret_cast<unsigned long long*>(&sum->running), 0)));
}

constexpr int k_dot_bits = 12;  // 2^24 a product, 2^28 of them: exact in the 53 bits of fp64

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

  const auto blocks = static_cast<unsigned>(n / 2 / k_block / k_dot_vectors);
  GPUPASS_TRY(sample_on_device(context, measurement, 2 * static_cast<double>(bytes), [&](cudaStream_t queue) {
    dot<<<blocks, k_block, 0, queue>>>(reinterpret_cast<const double2*>(a.data()),
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
