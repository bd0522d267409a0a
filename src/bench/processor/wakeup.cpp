// SPDX-License-Identifier: GPL-2.0-or-later
// From the moment that a sleeper should wake to the moment that it runs: the processor had stopped (HLT), and
// in a guest an interrupt from the hypervisor must start it again. Waiting for a card's interrupt costs the
// same.
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "bench/host_timing.hpp"
#include "bench/processor/cases.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::bench::processor {
namespace {

constexpr std::int64_t k_nap_ns = 200'000;  // long enough for the sleeper, and its processor, to be asleep

std::size_t samples_of(const Settings& settings) {
  return settings.quick ? 200 : 5000;
}

std::vector<std::size_t> allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<std::size_t> numbers;
  for (std::size_t number = 0; number < CPU_SETSIZE; ++number) {
    if (CPU_ISSET(number, &set)) numbers.push_back(number);
  }
  return numbers;
}

/// The calling thread's place while it lives.
class Pinned {
 public:
  explicit Pinned(std::size_t processor) {
    pthread_getaffinity_np(pthread_self(), sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned() { pthread_setaffinity_np(pthread_self(), sizeof before_, &before_); }

 private:
  cpu_set_t before_{};
};

void sleep_ns(std::int64_t ns) {
  timespec time{0, ns};
  nanosleep(&time, nullptr);
}

/// One wake-up by another thread: it says when it rings and the sleeper when it runs.
class Bell {
 public:
  explicit Bell(const Settings& settings) : settings_(settings), fd_(eventfd(0, EFD_CLOEXEC)) {}

  [[nodiscard]] bool works() const { return static_cast<bool>(fd_); }

  void ring() {
    rung_ns_.store(now_ns(), std::memory_order_release);
    const std::uint64_t one = 1;
    while (write(fd_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
  }

  /// Blocks until it is rung: the time since then, and how often it was rung meanwhile (1 unless one was
  /// lost).
  [[nodiscard]] std::pair<std::int64_t, std::uint64_t> wait() {
    std::uint64_t rings = 0;
    while (read(fd_.get(), &rings, sizeof rings) < 0 && errno == EINTR) {
    }
    return {elapsed_with_injection(rung_ns_.load(std::memory_order_acquire), settings_.inject), rings};
  }

 private:
  const Settings& settings_;
  sys::Fd fd_;
  std::atomic<std::int64_t> rung_ns_{0};
};

Result<Measurement> by_thread(const Case& row, const Context& context) {
  auto measurement = measurement_of(row, {{"by", "thread"}});
  const auto processors = allowed_processors();
  measurement.notes["processors"] = std::string(processors.size() > 1 ? "two" : "one");
  const auto& settings = context.settings();
  Bell bell(settings), heard(settings);
  if (!bell.works() || !heard.works()) return Failure(sys::errno_error("make an eventfd", errno));
  const auto samples = samples_of(settings);
  measurement.samples_ns.reserve(samples);
  std::thread sleeper([&] {
    const Pinned place(processors.back());
    for (std::size_t i = 0; i < samples; ++i) {
      const auto [ns, rings] = bell.wait();
      measurement.samples_ns.push_back(static_cast<double>(ns));
      ++measurement.check.elements;
      if (rings != 1) ++measurement.check.errors;
      heard.ring();
    }
  });
  const Pinned place(processors.front());
  for (std::size_t i = 0; i < samples; ++i) {
    sleep_ns(k_nap_ns);
    bell.ring();
    static_cast<void>(heard.wait());
  }
  sleeper.join();
  return measurement;
}

Result<Measurement> by_timer(const Case& row, const Context& context) {
  auto measurement = measurement_of(row, {{"by", "timer"}});
  prctl(PR_SET_TIMERSLACK, 1UL);  // the kernel may else be 50 µs late to save power
  const auto samples = samples_of(context.settings());
  for (std::size_t i = 0; i < samples; ++i) {
    const auto start = now_ns();
    sleep_ns(k_nap_ns);
    const auto late = now_ns() - start - k_nap_ns;
    ++measurement.check.elements;
    if (late <= 0) {  // it must not be early
      ++measurement.check.errors;
      continue;
    }
    measurement.samples_ns.push_back(
        static_cast<double>(elapsed_with_injection(start + k_nap_ns, context.settings().inject)));
  }
  return measurement;
}

}  // namespace

Result<> wakeup(const Case& row, Context& context) {
  for (const auto& measure : {by_thread, by_timer}) {
    GPUPASS_TRY_ASSIGN(auto measurement, measure(row, context));
    context.record(std::move(measurement));
  }
  return {};
}

}  // namespace gpupass::bench::processor
