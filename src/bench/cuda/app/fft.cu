// SPDX-License-Identifier: GPL-2.0-or-later
// Many complex fp32 transforms of 4096 points, each by one block: three passes of radix 16 with the points in
// registers, exchanged through shared memory. Limited by device memory: every point is read and written there
// once.
#include <numbers>

#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/app/fft_reference.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

constexpr unsigned k_radix = 16;
constexpr unsigned k_points = k_radix * k_radix * k_radix;
constexpr unsigned k_threads = k_points / k_radix;
constexpr std::size_t k_checked = 16;  // every 16th transform point by point
constexpr double k_of_rms = 5e-6;      // what a point may be off, as a part of the points' root mean square
constexpr double k_of_energy = 1e-5;

/// Real and imaginary parts of 24 bits, in [−1, 1).
struct Random {
  std::uint64_t seed;
  __host__ __device__ float2 operator()(std::uint64_t index) const {
    const std::uint64_t word = pattern_word(index, seed);
    return make_float2(
        static_cast<float>(static_cast<int>(word >> 40) - (1 << 23)) * (1.0F / (1 << 23)),
        static_cast<float>(static_cast<int>(word & 0xFFFFFF) - (1 << 23)) * (1.0F / (1 << 23)));
  }
};

__device__ float2 operator+(float2 a, float2 b) {
  return make_float2(a.x + b.x, a.y + b.y);
}
__device__ float2 operator-(float2 a, float2 b) {
  return make_float2(a.x - b.x, a.y - b.y);
}
__device__ float2 operator*(float2 a, float2 b) {
  return make_float2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}
/// By −i.
__device__ float2 turned_back(float2 a) {
  return make_float2(a.y, -a.x);
}

__device__ void transform_4(float2& a, float2& b, float2& c, float2& d) {
  const float2 even = a + c, odd = a - c, even_2 = b + d, odd_2 = turned_back(b - d);
  a = even + even_2;
  b = odd + odd_2;
  c = even - even_2;
  d = odd - odd_2;
}

/// In place but for the order: X[r] is at v[place_16(r)].
__device__ void transform_16(float2 (&v)[k_radix]) {
  constexpr float k_c = 0.92387953251128674F, k_s = 0.38268343236508977F, k_h = 0.70710678118654752F;
#pragma unroll
  for (int i = 0; i < 4; ++i) transform_4(v[i], v[i + 4], v[i + 8], v[i + 12]);
  v[5] = v[5] * make_float2(k_c, -k_s);
  v[9] = v[9] * make_float2(k_h, -k_h);
  v[13] = v[13] * make_float2(k_s, -k_c);
  v[6] = v[6] * make_float2(k_h, -k_h);
  v[10] = turned_back(v[10]);
  v[14] = v[14] * make_float2(-k_h, -k_h);
  v[7] = v[7] * make_float2(k_s, -k_c);
  v[11] = v[11] * make_float2(-k_h, -k_h);
  v[15] = v[15] * make_float2(-k_c, k_s);
#pragma unroll
  for (int i = 0; i < 16; i += 4) transform_4(v[i], v[i + 1], v[i + 2], v[i + 3]);
}

__device__ constexpr unsigned place_16(unsigned r) {
  return r % 4 * 4 + r / 4;
}

/// v[r] by w^r.
__device__ void turn(float2 (&v)[k_radix], float2 w) {
  float2 power[k_radix];
  power[1] = w;
#pragma unroll
  for (unsigned r = 2; r < k_radix; ++r) power[r] = power[r / 2] * power[r - r / 2];
#pragma unroll
  for (unsigned r = 1; r < k_radix; ++r) v[r] = v[r] * power[r];
}

/// Where a point is kept between passes: one place in 17 is left out, so that points 16 apart meet no bank
/// twice.
__device__ unsigned padded(unsigned point) {
  return point + point / 16;
}

/// roots[m]: exp(−2πi·m / 4096), m < 256.
__global__ void __launch_bounds__(k_threads) transform(const float2* in, float2* out, const float2* roots) {
  __shared__ float2 points[k_points + k_points / 16];
  const std::size_t start = static_cast<std::size_t>(blockIdx.x) * k_points;
  const unsigned j = threadIdx.x;
  float2 v[k_radix];
#pragma unroll
  for (unsigned r = 0; r < k_radix; ++r) v[r] = __ldcs(in + start + j + r * k_threads);
  transform_16(v);
#pragma unroll
  for (unsigned r = 0; r < k_radix; ++r) points[padded(j * k_radix + r)] = v[place_16(r)];
  __syncthreads();

#pragma unroll
  for (unsigned r = 0; r < k_radix; ++r) v[r] = points[padded(j + r * k_threads)];
  turn(v, roots[j % k_radix * k_radix]);
  transform_16(v);
  __syncthreads();
#pragma unroll
  for (unsigned r = 0; r < k_radix; ++r) {
    points[padded(j / k_radix * k_threads + j % k_radix + r * k_radix)] = v[place_16(r)];
  }
  __syncthreads();

#pragma unroll
  for (unsigned r = 0; r < k_radix; ++r) v[r] = points[padded(j + r * k_threads)];
  turn(v, roots[j]);
  transform_16(v);
#pragma unroll
  for (unsigned r = 0; r < k_radix; ++r) __stcs(out + start + j + r * k_threads, v[place_16(r)]);
}

std::vector<float2> make_roots() {
  std::vector<float2> roots;
  for (unsigned m = 0; m < k_threads; ++m) {
    const double angle = -2 * std::numbers::pi * m / k_points;
    roots.push_back(make_float2(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))));
  }
  return roots;
}

/// Every 16th transform point by point, and of each its energy: n times that of its input (Parseval).
Result<Check> compare(const DeviceBuffer<float2>& out, const Random& input, std::string_view kind) {
  Comparison comparison(kind);
  std::vector<std::complex<double>> x(k_points);
  GPUPASS_TRY(visit_on_host(out, [&](std::size_t first, std::span<const float2> part) {
    for (std::size_t start = 0; start < part.size(); start += k_points) {
      double energy_in = 0, energy_out = 0;
      for (std::size_t i = 0; i < k_points; ++i) {
        const float2 value = input(first + start + i), result = part[start + i];
        x[i] = {value.x, value.y};
        energy_in += std::norm(x[i]);
        energy_out += std::norm(std::complex<double>(result.x, result.y));
      }
      const std::size_t which = (first + start) / k_points;
      energy_in *= k_points;
      comparison.within("energy of transform", which, energy_out, energy_in, k_of_energy * energy_in);
      if (which % k_checked != 0) continue;
      const double tolerance = k_of_rms * std::sqrt(energy_in / k_points);
      const auto expected = transformed(x);
      for (std::size_t i = 0; i < k_points; ++i) {
        comparison.within("real part of point", first + start + i, part[start + i].x, expected[i].real(),
                          tolerance);
        comparison.within("imaginary part of point", first + start + i, part[start + i].y, expected[i].imag(),
                          tolerance);
      }
    }
  }));
  return comparison.check();
}

}  // namespace

Result<> fft(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const std::size_t points = std::size_t{1} << (context.settings().quick ? 23 : 27);
  const Random input{context.settings().seed};
  GPUPASS_TRY_ASSIGN(auto in, DeviceBuffer<float2>::make(points));
  GPUPASS_TRY_ASSIGN(auto out, DeviceBuffer<float2>::make(points));
  GPUPASS_TRY_ASSIGN(auto roots, uploaded(make_roots()));
  GPUPASS_TRY(fill_with(in, input));
  GPUPASS_TRY(poison(out.data(), out.bytes()));

  auto measurement = measurement_of(row, {{"points", static_cast<std::int64_t>(k_points)},
                                          {"transforms", static_cast<std::int64_t>(points / k_points)}});
  measurement.ceiling = memory_bandwidth(card);
  GPUPASS_TRY(sample_on_device(context, measurement, static_cast<double>(in.bytes() + out.bytes()),
                               [&](cudaStream_t queue) {
                                 transform<<<static_cast<unsigned>(points / k_points), k_threads, 0, queue>>>(
                                     in.data(), out.data(), roots.data());
                                 return launched(row.id);
                               }));
  GPUPASS_TRY_ASSIGN(auto check, compare(out, input, row.check));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda::app
