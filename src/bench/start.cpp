// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/start.hpp"

namespace gpupass::bench {

std::int64_t moment_ns() {
  using std::chrono::nanoseconds;
  return std::chrono::duration_cast<nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t program_began() {
  static const std::int64_t began = moment_ns();
  return began;
}

Result<Measurement> until(const Case& row, const Settings& settings, std::int64_t moment) {
  constexpr std::chrono::nanoseconds k_longest = std::chrono::hours(24);
  const auto took = moment - settings.started.value_or(moment);
  if (took <= 0 || took > k_longest.count())
    return fail(ErrorKind::invalid,
                "--started is not within the day before this run: it was read from another clock (as in a "
                "guest, or in a container with its own time namespace)");
  auto measurement = measurement_of(row);
  measurement.samples_ns.push_back(static_cast<double>(took));
  measurement.check.elements = 1;
  return measurement;
}

Result<> start_program(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(auto measurement, until(row, context.settings(), program_began()));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench
