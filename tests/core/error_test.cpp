// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/error.hpp"

#include <gtest/gtest.h>

namespace gpupass {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorKind::invalid, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  GPUPASS_TRY_ASSIGN(const auto first, half(number));
  GPUPASS_TRY(half(first));
  return first / 2;
}

TEST(Error, TryPassesTheValueOrTheFirstError) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(6).error().what, "odd");
  EXPECT_EQ(quarter(7).error().what, "odd");
}

TEST(Error, DescriptionPutsContextFirstAndTheHintLast) {
  Error error{ErrorKind::partial, "write: busy", "run `gpupass recover`", {"step 2"}, {}};
  error.also.push_back({ErrorKind::system, "probe: no device", "", {}, {}});
  EXPECT_EQ(describe(within("attach", error).value()),
            "attach: step 2: write: busy\n  run `gpupass recover`\n  also: probe: no device");
}

TEST(Error, ExitCodesAreDistinct) {
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::partial), 12);
  EXPECT_STREQ(name(ErrorKind::not_found), "not-found");
}

}  // namespace
}  // namespace gpupass
