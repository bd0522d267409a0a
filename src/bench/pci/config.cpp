// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/host_timing.hpp"
#include "bench/pci/cases.hpp"
#include "bench/pci/config_space.hpp"

namespace gpupass::bench::pci {

Result<> config(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const auto space, ConfigSpace::open(context.settings().pci));
  GPUPASS_TRY_ASSIGN(const auto ids, space.read(k_ids));
  auto measurement = measurement_of(row);
  GPUPASS_TRY(sample_batches(context, measurement, [&](std::int64_t times) {
    for (; times > 0; --times) {
      ++measurement.check.elements;
      if (space.read(k_ids) != ids) ++measurement.check.errors;
    }
  }));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::pci
