// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include "bench/cuda/runtime.hpp"
#include "bench/cuda/timing.hpp"
#include "bench/host_timing.hpp"

namespace gpupass::bench::cuda {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t k_most_queued = 256;         // iterations behind a held stream
constexpr auto k_hold = std::chrono::seconds(2);    // a stream is held no longer
constexpr auto k_settle = std::chrono::seconds(3);  // clocks that do not get steady are not waited for longer
constexpr double k_steady = 0.01;                   // windows that differ less have the same clock

/// What the host and the kernel that holds a stream tell each other; in pinned memory.
struct Door {
  unsigned open;     // by the host
  unsigned expired;  // by the card: it was not opened in time
};

/// One processor's clocks at one moment; cycles is 0 where no block ran on that processor.
struct Stamp {
  unsigned long long cycles, ns;
};

__global__ void hold(volatile Door* door, std::uint64_t at_most_ns) {
  const auto start = device_ns();
  while (door->open == 0) {
    if (device_ns() - start > at_most_ns) {
      door->expired = 1;
      return;
    }
  }
}

/// One block a processor, if they spread as usual: each notes the clocks of the one that it is on.
__global__ void stamp(Stamp* stamps) {
  unsigned sm = 0;
  asm volatile("mov.u32 %0, %%smid;" : "=r"(sm));
  stamps[sm] = {static_cast<unsigned long long>(clock64()), device_ns()};
}

/// Waits for that fraction of the time since the stamps were taken.
__global__ void delay(const Stamp* stamps, double fraction, std::uint64_t at_most_ns) {
  std::uint64_t start = 0;
  for (int sm = 0; start == 0; ++sm) start = stamps[sm].ns;  // one of them ran somewhere
  const auto now = device_ns();
  const auto wanted = static_cast<std::uint64_t>(static_cast<double>(now - start) * fraction);
  const auto until = now + (wanted < at_most_ns ? wanted : at_most_ns);
  while (device_ns() < until) {
  }
}

struct Sample {
  double ns = 0;
  double sm_mhz = 0;  // 0: not known
  bool whole = true;  // false: the hold expired while work was still being queued
};

class DeviceSampler {
 public:
  static Result<DeviceSampler> make(const Context& context) {
    int device = 0;
    int sm = 0;
    GPUPASS_TRY(ok(cudaGetDevice(&device), "cudaGetDevice"));
    GPUPASS_TRY(
        ok(cudaDeviceGetAttribute(&sm, cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute"));
    GPUPASS_TRY_ASSIGN(auto stream, Stream::make());
    GPUPASS_TRY_ASSIGN(auto start, Event::make());
    GPUPASS_TRY_ASSIGN(auto stop, Event::make());
    GPUPASS_TRY_ASSIGN(auto door, PinnedBuffer<Door>::make(1));
    GPUPASS_TRY_ASSIGN(auto stamps, DeviceBuffer<Stamp>::make(2 * static_cast<std::size_t>(sm)));
    GPUPASS_TRY_ASSIGN(auto seen, PinnedBuffer<Stamp>::make(2 * static_cast<std::size_t>(sm)));
    return DeviceSampler(context.settings(), sm, std::move(stream), std::move(start), std::move(stop),
                         std::move(door), std::move(stamps), std::move(seen));
  }

  /// Without the hold: whatever is loaded or allocated at first use happens here.
  Result<> once(const Enqueue& enqueue) {
    hold_();
    stamp_(0);
    if (settings_.inject > 0) delay_();
    std::atomic_ref(door_.data()->open).store(1, std::memory_order_release);
    GPUPASS_TRY(launched("the harness's own kernels"));
    GPUPASS_TRY(enqueue(stream_.get()));
    return stream_.wait(settings_.timeout);
  }

  Result<Sample> sample(const Enqueue& enqueue, std::int64_t iterations) {
    hold_();
    stamp_(0);
    GPUPASS_TRY(launched("the kernel that holds the stream"));
    const auto queued = queue_(enqueue, iterations);
    std::atomic_ref(door_.data()->open).store(1, std::memory_order_release);  // also when queueing failed
    GPUPASS_TRY(queued);
    GPUPASS_TRY(stream_.wait(settings_.timeout));
    Sample sample;
    GPUPASS_TRY_ASSIGN(sample.ns, stop_.ns_since(start_));
    sample.sm_mhz = mhz_();
    sample.whole = std::atomic_ref(door_.data()->expired).load(std::memory_order_acquire) == 0;
    return sample;
  }

 private:
  DeviceSampler(const Settings& settings, int sm, Stream stream, Event start, Event stop,
                PinnedBuffer<Door> door, DeviceBuffer<Stamp> stamps, PinnedBuffer<Stamp> seen)
      : settings_(settings),
        sm_(sm),
        stream_(std::move(stream)),
        start_(std::move(start)),
        stop_(std::move(stop)),
        door_(std::move(door)),
        stamps_(std::move(stamps)),
        seen_(std::move(seen)) {}

  void hold_() {
    *door_.data() = Door{0, 0};
    cudaMemsetAsync(stamps_.data(), 0, stamps_.bytes(), stream_.get());
    hold<<<1, 1, 0, stream_.get()>>>(door_.data(), nanoseconds(k_hold).count());
  }
  void stamp_(int which) { stamp<<<sm_, 1, 0, stream_.get()>>>(stamps_.data() + which * sm_); }
  void delay_() {
    delay<<<1, 1, 0, stream_.get()>>>(stamps_.data(), settings_.inject,
                                      nanoseconds(settings_.timeout).count());
  }

  Result<> queue_(const Enqueue& enqueue, std::int64_t iterations) {
    GPUPASS_TRY(start_.record(stream_));
    for (std::int64_t i = 0; i < iterations; ++i) GPUPASS_TRY(enqueue(stream_.get()));
    if (settings_.inject > 0) delay_();
    GPUPASS_TRY(stop_.record(stream_));
    stamp_(1);
    GPUPASS_TRY(launched("the harness's own kernels"));
    return ok(
        cudaMemcpyAsync(seen_.data(), stamps_.data(), stamps_.bytes(), cudaMemcpyDeviceToHost, stream_.get()),
        "cudaMemcpyAsync");
  }

  /// Of the first processor that was seen at both ends.
  [[nodiscard]] double mhz_() const {
    for (int sm = 0; sm < sm_; ++sm) {
      const auto& first = seen_.data()[sm];
      const auto& last = seen_.data()[sm_ + sm];
      if (first.cycles == 0 || last.ns <= first.ns) continue;
      return static_cast<double>(last.cycles - first.cycles) / static_cast<double>(last.ns - first.ns) * 1e3;
    }
    return 0;
  }

  Settings settings_;
  int sm_;
  Stream stream_;
  Event start_, stop_;
  PinnedBuffer<Door> door_;
  DeviceBuffer<Stamp> stamps_;  // of all processors before, then of all after
  PinnedBuffer<Stamp> seen_;
};

nanoseconds window_of(const SampleRule& rule, const Settings& settings) {
  return settings.quick ? rule.window / 5 : rule.window;
}

std::size_t samples_of(const SampleRule& rule, const Settings& settings) {
  return static_cast<std::size_t>(settings.quick ? rule.quick : rule.full);
}

/// How many iterations last as long as a sample must.
Result<std::int64_t> find_iterations(DeviceSampler& sampler, const Enqueue& enqueue, const SampleRule& rule) {
  std::int64_t iterations = 1;
  for (int round = 0; rule.at_least.count() > 0 && round < 3; ++round) {
    GPUPASS_TRY_ASSIGN(const auto taken, sampler.sample(enqueue, iterations));
    const auto wanted = static_cast<double>(iterations) * static_cast<double>(rule.at_least.count()) /
                        std::max(taken.ns, 1.0);
    iterations = std::clamp<std::int64_t>(std::llround(std::ceil(wanted)), 1, k_most_queued);
  }
  return iterations;
}

/// Runs samples until three windows in a row had the same clock, or for as long as that is waited for.
Result<> warm_up(DeviceSampler& sampler, const Enqueue& enqueue, std::int64_t iterations,
                 nanoseconds window) {
  const auto give_up = now_ns() + nanoseconds(k_settle).count();
  std::vector<double> clocks;
  while (now_ns() < give_up) {
    const auto until = now_ns() + window.count();
    double sum = 0;
    int n = 0;
    do {
      GPUPASS_TRY_ASSIGN(const auto taken, sampler.sample(enqueue, iterations));
      sum += taken.sm_mhz;
      ++n;
    } while (now_ns() < until);
    clocks.push_back(sum / n);
    if (clocks.size() < 3) continue;
    const auto [low, high] = std::minmax_element(clocks.end() - 3, clocks.end());
    if (*high - *low <= k_steady * *high) break;
  }
  return {};
}

}  // namespace

Result<> sample_on_device(const Context& context, Measurement& measurement, double amount,
                          const Enqueue& enqueue, const SampleRule& rule) {
  const auto& settings = context.settings();
  GPUPASS_TRY_ASSIGN(auto sampler, DeviceSampler::make(context));
  GPUPASS_TRY(sampler.once(enqueue));
  auto iterations = measurement.work.iterations;
  if (measurement.samples_ns.empty()) {
    GPUPASS_TRY_ASSIGN(iterations, find_iterations(sampler, enqueue, rule));
    GPUPASS_TRY(warm_up(sampler, enqueue, iterations, window_of(rule, settings)));
  }

  const auto samples = measurement.samples_ns.size() + samples_of(rule, settings);
  while (measurement.samples_ns.size() < samples) {
    GPUPASS_TRY_ASSIGN(const auto taken, sampler.sample(enqueue, iterations));
    if (!taken.whole) {  // the queue was full and the host waited for it: fewer iterations fit
      if (iterations == 1) return fail(ErrorKind::timeout, "one iteration takes too long to queue");
      iterations /= 2;
      measurement.samples_ns.clear();
      measurement.sm_mhz.clear();
      continue;
    }
    measurement.samples_ns.push_back(taken.ns);
    if (taken.sm_mhz > 0) measurement.sm_mhz.push_back(taken.sm_mhz);
  }
  if (measurement.sm_mhz.size() != samples) measurement.sm_mhz.clear();
  measurement.work = {amount, iterations};
  return {};
}

Result<> sample_on_host(const Context& context, Measurement& measurement, double amount,
                        const std::function<Result<>()>& one_iteration, const SampleRule& rule,
                        const std::function<Result<>()>& before) {
  const auto& settings = context.settings();
  const auto time = [&](std::int64_t iterations) -> Result<double> {
    if (before) GPUPASS_TRY(before());
    const auto start = now_ns();
    for (std::int64_t i = 0; i < iterations; ++i) GPUPASS_TRY(one_iteration());
    return static_cast<double>(elapsed_with_injection(start, settings.inject));
  };

  const bool more = !measurement.samples_ns.empty();
  auto iterations = more ? measurement.work.iterations : 1;
  const auto warm = now_ns() + (more ? 0 : window_of(rule, settings).count());
  do {
    GPUPASS_TRY_ASSIGN(const auto ns, time(iterations));
    if (!more && ns < static_cast<double>(rule.at_least.count())) iterations *= 2;
  } while (now_ns() < warm);

  const auto give_up = now_ns() + 2 * nanoseconds(settings.timeout).count();
  const auto samples = measurement.samples_ns.size() + samples_of(rule, settings);
  measurement.samples_ns.reserve(samples);
  measurement.work = {amount, iterations};
  while (measurement.samples_ns.size() < samples) {
    GPUPASS_TRY_ASSIGN(const auto ns, time(iterations));
    measurement.samples_ns.push_back(ns);
    if (now_ns() > give_up) return fail(ErrorKind::timeout, "the samples took longer than twice --timeout");
  }
  return {};
}

}  // namespace gpupass::bench::cuda
