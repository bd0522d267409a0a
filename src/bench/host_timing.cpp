// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/host_timing.hpp"

#include <ctime>

namespace gpupass::bench {

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t elapsed_with_injection(std::int64_t start, double fraction) {
  auto end = now_ns();
  const auto until = end + static_cast<std::int64_t>(static_cast<double>(end - start) * fraction);
  while (end < until) end = now_ns();
  return end - start;
}

Sampling sampling(const Settings& settings) {
  using namespace std::chrono_literals;
  return settings.quick ? Sampling{7, 200us} : Sampling{31, 1ms};
}

Result<> sample_batches(const Context& context, Measurement& measurement,
                        const std::function<void(std::int64_t)>& iterate) {
  const auto [samples, least] = sampling(context.settings());
  const auto give_up = now_ns() + std::chrono::nanoseconds(context.settings().timeout).count();
  const auto time = [&](std::int64_t iterations) {
    const auto start = now_ns();
    iterate(iterations);
    return elapsed_with_injection(start, context.settings().inject);
  };
  std::int64_t iterations = 1;
  while (time(iterations) < least.count()) iterations *= 2;
  measurement.work.iterations = iterations;
  for (int sample = 0; sample < samples; ++sample) {
    measurement.samples_ns.push_back(static_cast<double>(time(iterations)));
    if (now_ns() > give_up) return fail(ErrorKind::timeout, "the samples took longer than --timeout");
  }
  return {};
}

}  // namespace gpupass::bench
