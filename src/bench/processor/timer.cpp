// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctime>

#include "bench/host_timing.hpp"
#include "bench/processor/cases.hpp"

namespace gpupass::bench::processor {

// CLOCK_MONOTONIC, which programs read all the time: in user space where the clock source allows it, by a
// system call or even an exit to the hypervisor where it does not.
Result<> timer(const Case& row, Context& context) {
  auto measurement = measurement_of(row);
  std::int64_t last = 0;
  GPUPASS_TRY(sample_batches(context, measurement, [&](std::int64_t times) {
    for (; times > 0; --times) {
      timespec now{};
      clock_gettime(CLOCK_MONOTONIC, &now);
      const auto ns = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
      ++measurement.check.elements;
      if (ns < last) ++measurement.check.errors;
      last = ns;
    }
  }));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::processor
