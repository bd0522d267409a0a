// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine/clocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "bench/host_timing.hpp"

namespace gpupass::bench {

Moment moment() {
  timespec steered{};
  const auto before = now_ns();
  clock_gettime(CLOCK_MONOTONIC, &steered);
  const auto after = now_ns();
  return {before + (after - before) / 2, std::int64_t{steered.tv_sec} * 1'000'000'000 + steered.tv_nsec};
}

std::vector<Gate> gates(const Moment& before, const Moment& after, double read_ns) {
  constexpr double k_ppm = 200, k_read_ns = 500;
  constexpr std::int64_t k_long_enough = 100'000'000;  // the moments are blurred by a microsecond or so
  const auto raw = after.raw_ns - before.raw_ns;
  Gate drift{"clock_drift_ppm", std::nullopt, k_ppm, true, "the run was too short to tell"};
  if (raw >= k_long_enough) {
    const auto apart = static_cast<double>(after.steered_ns - before.steered_ns - raw);
    drift.value = std::abs(apart) / static_cast<double>(raw) * 1e6;
    drift.pass = *drift.value <= k_ppm;
    drift.reason = drift.pass ? "" : "the system's clock is being adjusted, or one of its clocks is wrong";
  }
  const bool quick = read_ns <= k_read_ns;
  return {drift,
          {"clock_read_ns", read_ns, k_read_ns, quick,
           quick ? "" : "reading the clock is slow: see env.clocksource, which should be tsc or kvm-clock"}};
}

double clock_read_ns() {
  constexpr int k_reads = 100;
  std::array<double, 31> rounds{};
  for (auto& round : rounds) {
    const auto start = now_ns();
    for (int i = 1; i < k_reads; ++i) static_cast<void>(now_ns());
    round = static_cast<double>(now_ns() - start) / k_reads;
  }
  const auto middle = rounds.begin() + rounds.size() / 2;
  std::nth_element(rounds.begin(), middle, rounds.end());
  return *middle;
}

}  // namespace gpupass::bench
