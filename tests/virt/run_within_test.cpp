// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/run_within.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace gpupass::virt {
namespace {

using namespace std::chrono_literals;

TEST(RunWithin, GivesWhatTheCallReturned) {
  EXPECT_EQ(run_within(10s, [] { return std::string("answer"); }), "answer");
}

TEST(RunWithin, HasReleasedWhatTheCallOwnedWhenItReturns) {
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  EXPECT_EQ(run_within(10s, [kept = std::move(owned)] { return *kept; }), 1);
  EXPECT_TRUE(watch.expired());
}

TEST(RunWithin, LeavesACallThatDoesNotReturnAndWhatItOwns) {
  auto owned = std::make_shared<std::string>("still there");
  const std::weak_ptr<std::string> watch = owned;
  std::promise<void> release;
  std::promise<std::string> late;
  auto seen = late.get_future();
  const auto before = std::chrono::steady_clock::now();
  const int left_before = calls_left_behind;
  const auto answer = run_within(50ms, [kept = std::move(owned), &late, go = release.get_future().share()] {
    go.wait();
    late.set_value(*kept);
    return 1;
  });
  EXPECT_EQ(answer, std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(calls_left_behind, left_before + 1) << "for who ends the process";
  release.set_value();
  EXPECT_EQ(seen.get(), "still there");
}

}  // namespace
}  // namespace gpupass::virt
