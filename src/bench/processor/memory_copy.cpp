// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstring>

#include "bench/cuda/pattern.hpp"
#include "bench/host_timing.hpp"
#include "bench/memory.hpp"
#include "bench/processor/cases.hpp"

namespace gpupass::bench::processor {
namespace {

Result<Measurement> copy(const Case& row, const Context& context, std::size_t bytes) {
  auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}});
  if (available_bytes() / 4 < bytes) {
    measurement.status = Status::waived;
    measurement.reason = "there is too little free memory for it";
    return measurement;
  }
  GPUPASS_TRY_ASSIGN(const auto from, Memory::make(bytes, Pages::any));
  GPUPASS_TRY_ASSIGN(const auto to, Memory::make(bytes, Pages::any));
  const auto seed = context.settings().seed;
  cuda::fill_pattern_on_host(from.data(), bytes, seed);
  cuda::poison_on_host(to.data(), bytes);
  measurement.work.amount = static_cast<double>(bytes);
  GPUPASS_TRY(sample_batches(context, measurement, [&](std::int64_t times) {
    for (; times > 0; --times) {
      std::memcpy(to.data(), from.data(), bytes);
      asm volatile("" : : "r"(to.data()) : "memory");  // each copy counts
    }
  }));
  measurement.check = cuda::check_pattern_on_host(to.data(), bytes, seed);
  return measurement;
}

}  // namespace

Result<> memory_copy(const Case& row, Context& context) {
  constexpr std::size_t k_cached = std::size_t{16} << 10U, k_middle = std::size_t{4} << 20U,
                        k_large = std::size_t{256} << 20U;
  auto sizes = std::vector{k_cached, k_middle};
  if (!context.settings().quick) sizes.push_back(k_large);
  for (const auto bytes : sizes) {
    GPUPASS_TRY_ASSIGN(auto measurement, copy(row, context, bytes));
    context.record(std::move(measurement));
  }
  return {};
}

}  // namespace gpupass::bench::processor
