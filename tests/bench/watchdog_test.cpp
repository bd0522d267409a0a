// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/watchdog.hpp"

#include <gtest/gtest.h>

#include <future>

namespace gpupass::bench {
namespace {

using namespace std::chrono_literals;

TEST(Watchdog, NamesWhatDidNotComeBack) {
  std::promise<std::string> overdue;
  auto name = overdue.get_future();
  Watchdog watchdog(20ms, [&](const std::string& which) { overdue.set_value(which); });
  watchdog.begin("first");
  watchdog.end();
  watchdog.begin("second");
  ASSERT_EQ(name.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(name.get(), "second");
}

TEST(Watchdog, SleepsWhileNothingIsUnderWayAndGoesWithoutATrace) {
  std::atomic<int> calls = 0;
  {
    Watchdog watchdog(1ms, [&](const std::string&) { ++calls; });
    std::this_thread::sleep_for(20ms);
  }
  {
    Watchdog watchdog(1h, [&](const std::string&) { ++calls; });
    watchdog.begin("slow");
  }
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace gpupass::bench
