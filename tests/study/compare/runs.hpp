// SPDX-License-Identifier: GPL-2.0-or-later
// Runs as a test wants them: what was measured is given, the rest is filled in.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::test {

/// A latency in seconds, passed, with `samples` of this value each.
inline bench::Measurement latency(std::string id, double seconds, std::size_t samples = 3) {
  bench::Measurement measurement;
  measurement.id = std::move(id);
  measurement.group = bench::Group::latency;
  measurement.metric = "round trip";
  measurement.unit = "s";
  measurement.better = bench::Better::lower;
  measurement.status = bench::Status::passed;
  measurement.samples_ns.assign(samples, seconds * 1e9);
  measurement.summary = bench::summarize(bench::values(measurement), measurement.better);
  return measurement;
}

/// A bandwidth in bytes a second, passed, with three samples of this value each.
inline bench::Measurement bandwidth(std::string id, double rate,
                                    bench::Group group = bench::Group::transfer) {
  bench::Measurement measurement;
  measurement.id = std::move(id);
  measurement.group = group;
  measurement.metric = "bandwidth";
  measurement.unit = "B/s";
  measurement.better = bench::Better::higher;
  measurement.status = bench::Status::passed;
  measurement.work.amount = 1e9;
  measurement.samples_ns.assign(3, 1e18 / rate);
  measurement.summary = bench::summarize(bench::values(measurement), measurement.better);
  return measurement;
}

inline bench::Measurement with_bytes(bench::Measurement measurement, std::int64_t bytes) {
  measurement.params["bytes"] = bytes;
  return measurement;
}

inline bench::Measurement not_measured(bench::Measurement measurement, bench::Status status,
                                       std::string reason) {
  measurement.status = status;
  measurement.reason = std::move(reason);
  measurement.samples_ns.clear();
  measurement.summary.reset();
  return measurement;
}

inline bench::Run run_of(std::string role, std::vector<bench::Measurement> measurements) {
  static int count = 0;
  bench::Run run;
  run.id = "run-" + std::to_string(++count);
  run.boot_id = "boot-" + std::to_string(count);
  run.role = std::move(role);
  run.started = "2026-11-22T12:00:00Z";
  run.benchmarks = std::move(measurements);
  return run;
}

/// A side of as many runs as there are factors, in blocks 1, 2, …; `measure` makes what a run measured out
/// of its factor.
template <class Measure>
bench::Side side(const std::string& role, const std::vector<double>& factors, Measure measure) {
  bench::Side side{role, {}};
  for (const double factor : factors) {
    side.runs.push_back(run_of(role, measure(factor)));
    side.runs.back().block = static_cast<std::int64_t>(side.runs.size());
  }
  return side;
}

inline void forget_blocks(bench::Side& side) {
  for (auto& run : side.runs) run.block.reset();
}

/// Ten factors around one, of a standard deviation of about 0.1 %; around `centre` for other runs.
inline std::vector<double> steady(double centre = 1) {
  std::vector<double> factors;
  for (const double step : {0.3, -0.9, 1.2, -0.1, 0.6, -1.4, 0.0, 1.1, -0.5, -0.3})
    factors.push_back(centre * (1 + 0.001 * step));
  return factors;
}

/// The same spread in another order, as runs of the other side would have it.
inline std::vector<double> steady_too(double centre = 1) {
  auto factors = steady(centre);
  std::swap(factors[0], factors[5]);
  std::swap(factors[2], factors[9]);
  std::swap(factors[3], factors[7]);
  return factors;
}

}  // namespace gpupass::test
