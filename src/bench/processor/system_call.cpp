// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/host_timing.hpp"
#include "bench/processor/cases.hpp"

namespace gpupass::bench::processor {

// getppid: the kernel does next to nothing for it, and the C library does not remember its answer.
Result<> system_call(const Case& row, Context& context) {
  auto measurement = measurement_of(row);
  const auto parent = getppid();
  GPUPASS_TRY(sample_batches(context, measurement, [&](std::int64_t times) {
    for (; times > 0; --times) {
      ++measurement.check.elements;
      if (syscall(SYS_getppid) != parent) ++measurement.check.errors;
    }
  }));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::processor
