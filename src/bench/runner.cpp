// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace gpupass::bench {
namespace {

Measurement without_samples(const Case& row, Status status, std::string reason) {
  auto measurement = measurement_of(row);
  measurement.status = status;
  measurement.reason = std::move(reason);
  return measurement;
}

std::string in_one_line(const Error& error) {
  std::string text;
  for (const auto& context : error.context) text += context + ": ";
  text += error.what;
  return error.hint.empty() ? text : text + "; " + error.hint;
}

bool all_positive(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](double number) { return std::isfinite(number) && number > 0; });
}

}  // namespace

std::vector<const Case*> in_random_order(std::vector<const Case*> rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::shuffle(rows.begin(), rows.end(), random);
  return rows;
}

Measurement finished(Measurement measurement) {
  const bool reasoned = !measurement.reason.empty();
  if (measurement.status == Status::waived && reasoned) return measurement;
  const auto give_up = [&](Status status, std::string reason) {
    measurement.status = status;
    if (!reasoned) measurement.reason = std::move(reason);
  };
  if (measurement.samples_ns.empty()) {
    give_up(Status::error, "nothing was measured");
    return measurement;
  }
  if (!all_positive(measurement.samples_ns)) {
    measurement.samples_ns.clear();
    measurement.sm_mhz.clear();
    give_up(Status::error, "a sample took no time, or less than none: the clock is not to be trusted");
    return measurement;
  }
  measurement.summary = summarize(values(measurement), measurement.better);
  if (measurement.check.errors > 0) {
    const auto& check = measurement.check;
    give_up(Status::failed, fmt::format("{} of {} elements are wrong{}{}", check.errors, check.elements,
                                        check.first_error.empty() ? "" : "; ", check.first_error));
  } else if (!reasoned) {
    measurement.status = Status::passed;
  }
  return measurement;
}

void run_case(const Case& row, const Settings& settings, NeedsMet& met,
              const std::function<void(Measurement)>& sink) {
  if (const auto usable = met(row.needs); !usable) {
    sink(without_samples(row, Status::waived, in_one_line(usable.error())));
    return;
  }
  Context context(settings, [&](Measurement measurement) { sink(finished(std::move(measurement))); });
  if (const auto end = row.run(row, context); !end) {
    sink(without_samples(row, Status::error, in_one_line(end.error())));
  }
}

}  // namespace gpupass::bench
