// SPDX-License-Identifier: GPL-2.0-or-later
// A copy within the card's memory, as the driver makes it: nothing of it leaves the card.
#include "bench/cuda/cases.hpp"
#include "bench/cuda/copy.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr std::size_t k_mib = std::size_t{1} << 20U;
constexpr SampleRule k_rule{31, 7, std::chrono::milliseconds(10), std::chrono::milliseconds(50)};

}  // namespace

Result<> d2d_copy(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const auto card, select(context));
  const auto& settings = context.settings();
  // The smallest is more than four times any L2 there is, source and destination counted together.
  const std::vector<std::size_t> sizes =
      settings.quick ? std::vector{1024 * k_mib} : std::vector{256 * k_mib, 1024 * k_mib, 4096 * k_mib};
  GPUPASS_TRY_ASSIGN(auto from, DeviceBuffer<unsigned char>::make(sizes.back()));
  GPUPASS_TRY_ASSIGN(auto to, DeviceBuffer<unsigned char>::make(sizes.back()));
  for (const auto bytes : in_order_of_run(sizes, settings)) {
    auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}});
    const auto seed = settings.seed + bytes;
    GPUPASS_TRY(fill_pattern(from.data(), bytes, seed));
    GPUPASS_TRY(poison(to.data(), bytes));
    const auto copy = [&](cudaStream_t stream) {
      return ok(cudaMemcpyAsync(to.data(), from.data(), bytes, cudaMemcpyDeviceToDevice, stream),
                "cudaMemcpyAsync " + size_text(bytes));
    };
    GPUPASS_TRY(sample_on_device(context, measurement, 2.0 * static_cast<double>(bytes), copy, k_rule));
    GPUPASS_TRY_ASSIGN(auto check, check_pattern(to.data(), bytes, seed));
    judge(measurement, std::move(check));
    measurement.ceiling = memory_bandwidth(card);
    context.record(std::move(measurement));
  }
  return {};
}

}  // namespace gpupass::bench::cuda
