// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/watchdog.hpp"

namespace gpupass::bench {

Watchdog::Watchdog(std::chrono::milliseconds limit, std::function<void(const std::string&)> overdue)
    : limit_(limit), overdue_(std::move(overdue)), thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::begin(std::string name) {
  {
    const std::lock_guard lock(mutex_);
    name_ = std::move(name);
    deadline_ = Clock::now() + limit_;
  }
  changed_.notify_one();
}

void Watchdog::end() {
  {
    const std::lock_guard lock(mutex_);
    deadline_.reset();
  }
  changed_.notify_one();
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (!deadline_) {
      changed_.wait(lock);
    } else if (Clock::now() >= *deadline_) {
      const auto name = name_;
      deadline_.reset();
      lock.unlock();
      overdue_(name);
      lock.lock();
    } else {
      changed_.wait_until(lock, *deadline_);
    }
  }
}

}  // namespace gpupass::bench
