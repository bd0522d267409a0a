// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/wait.hpp"

#include <gtest/gtest.h>

namespace gpupass::sys {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(WaitUntil, EndsWithTheLookThatSaysYes) {
  int looks = 0;
  const auto came = wait_until(hours(1), milliseconds(1), [&]() -> Result<bool> { return ++looks == 3; });
  ASSERT_TRUE(came);
  EXPECT_TRUE(*came);
  EXPECT_EQ(looks, 3);
}

TEST(WaitUntil, LooksOnceWithoutPatience) {
  int looks = 0;
  const auto came = wait_until(milliseconds(0), hours(1), [&]() -> Result<bool> {
    ++looks;
    return false;
  });
  ASSERT_TRUE(came);
  EXPECT_FALSE(*came);
  EXPECT_EQ(looks, 1);
}

// What came about while it slept for the last time is seen.
TEST(WaitUntil, LooksOnceMoreWhenPatienceIsOver) {
  int looks = 0;
  const auto came = wait_until(milliseconds(1), hours(1), [&]() -> Result<bool> { return ++looks == 2; });
  ASSERT_TRUE(came);
  EXPECT_TRUE(*came);
}

TEST(WaitUntil, EndsWithTheErrorOfALook) {
  const auto came =
      wait_until(hours(1), milliseconds(1), []() -> Result<bool> { return fail(ErrorKind::denied, "no"); });
  ASSERT_FALSE(came);
  EXPECT_EQ(came.error().kind, ErrorKind::denied);
}

}  // namespace
}  // namespace gpupass::sys
