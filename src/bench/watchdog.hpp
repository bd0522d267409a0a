// SPDX-License-Identifier: GPL-2.0-or-later
// For cases that never return: a call into a driver can hang out of reach of any time-out.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace gpupass::bench {

class Watchdog {
 public:
  /// `overdue` is called once, with the name of what did not come back, in a thread of its own, and does not
  /// return: what hangs cannot be ended but with the process.
  Watchdog(std::chrono::milliseconds limit, std::function<void(const std::string&)> overdue);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();

  void begin(std::string name);
  void end();

 private:
  using Clock = std::chrono::steady_clock;
  void watch();

  const std::chrono::milliseconds limit_;
  const std::function<void(const std::string&)> overdue_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string name_;
  std::optional<Clock::time_point> deadline_;  // nothing: nothing is under way
  bool over_ = false;
  std::thread thread_;
};

}  // namespace gpupass::bench
