// SPDX-License-Identifier: GPL-2.0-or-later
// A copy within the card's memory, by the driver and by a kernel: nothing of it leaves the card.
#include <vector>

#include "bench/cuda/cases.hpp"
#include "bench/cuda/copy.hpp"
#include "gpupass/core/quantity.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr std::size_t k_mib = std::size_t{1} << 20U;
constexpr SampleRule k_rule{31, 7, std::chrono::milliseconds(10), std::chrono::milliseconds(50)};

/// Queues one copy of that many bytes.
using Copy = Result<> (*)(void* to, const void* from, std::size_t bytes, cudaStream_t stream);

Result<> copy_by_driver(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  return ok(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream),
            "cudaMemcpyAsync " + core::size_text(bytes));
}

Result<> copy_within(const Case& row, Context& context, Copy copy) {
  GPUPASS_TRY_ASSIGN(const auto card, select(context));
  const auto& settings = context.settings();
  // The smallest is more than four times any L2 there is, source and destination counted together.
  const std::vector<std::size_t> sizes =
      settings.quick ? std::vector{1024 * k_mib} : std::vector{256 * k_mib, 1024 * k_mib, 4096 * k_mib};
  GPUPASS_TRY_ASSIGN(auto from, DeviceBuffer<unsigned char>::make(sizes.back()));
  GPUPASS_TRY_ASSIGN(auto to, DeviceBuffer<unsigned char>::make(sizes.back()));
  for (const auto bytes : sizes) {
    auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}});
    const auto seed = settings.seed + bytes;
    GPUPASS_TRY(fill_pattern(from.data(), bytes, seed));
    GPUPASS_TRY(poison(to.data(), bytes));
    const auto enqueue = [&](cudaStream_t stream) { return copy(to.data(), from.data(), bytes, stream); };
    GPUPASS_TRY(sample_on_device(context, measurement, 2.0 * static_cast<double>(bytes), enqueue, k_rule));
    GPUPASS_TRY_ASSIGN(auto check, check_pattern(to.data(), bytes, seed));
    judge(measurement, std::move(check));
    measurement.ceiling = memory_bandwidth(card);
    context.record(std::move(measurement));
  }
  return {};
}

}  // namespace

Result<> d2d_copy(const Case& row, Context& context) {
  return copy_within(row, context, copy_by_driver);
}

Result<> d2d_copy_sm(const Case& row, Context& context) {
  return copy_within(row, context, copy_by_sm);
}

}  // namespace gpupass::bench::cuda
