// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace gpupass::bench {
namespace {

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

Measurement broke_off(const Case& row, std::string reason, std::size_t recorded) {
  Parameters params;
  if (recorded > 0) params["broke_off_after"] = static_cast<std::int64_t>(recorded);
  auto measurement = measurement_of(row, std::move(params));
  measurement.status = Status::error;
  measurement.reason = std::move(reason);
  return measurement;
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
    give_up(Status::error, "a sample took no time or a negative time: the clock cannot be trusted");
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
    auto measurement = measurement_of(row);
    measurement.status = Status::waived;
    measurement.reason = in_one_line(usable.error());
    sink(std::move(measurement));
    return;
  }
  std::size_t recorded = 0;
  Context context(settings, [&](Measurement measurement) {
    ++recorded;
    sink(finished(std::move(measurement)));
  });
  if (const auto end = row.run(row, context); !end) sink(broke_off(row, in_one_line(end.error()), recorded));
}

}  // namespace gpupass::bench
