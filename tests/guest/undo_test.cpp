// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/undo.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gpupass::cli {
namespace {

using testing::ElementsAre;

const Error k_reason{ErrorKind::busy, "somebody has it", "wait", {}, {}};

TEST(Undo, GoesBackPastFailuresTheLastFirst) {
  std::vector<std::string> calls;
  const auto call = [&](const char* name, bool works) {
    return [&calls, name, works]() -> Result<void> {
      calls.emplace_back(name);
      return works ? Result<void>{} : fail(ErrorKind::system, std::string(name) + " does not go");
    };
  };
  const auto gone = [] { return false; };
  Undo undo;
  undo.add(call("first", true), gone);
  undo.add(call("second", false), gone);
  undo.add(call("third", true), gone);
  const auto failure = undo.because_of(k_reason, "mend it");
  EXPECT_THAT(calls, ElementsAre("third", "second", "first"));
  ASSERT_EQ(failure.value().also.size(), 1U);
  EXPECT_EQ(failure.value().also.front().what, "second does not go");
}

/// What a way back is said to have come to is not what decides: the look at the host is.
TEST(Undo, IsPartialOnlyWhereTheHostStillHasSomething) {
  for (const bool left : {false, true}) {
    Undo undo;
    undo.add([] { return fail(ErrorKind::system, "no answer"); }, [&] { return left; });
    undo.add([] { return Result<void>{}; }, [] { return true; });
    const auto error = undo.because_of(k_reason, "mend it").value();
    EXPECT_EQ(error.kind, left ? ErrorKind::partial : ErrorKind::busy);
    EXPECT_EQ(error.hint, left ? "wait\n  mend it" : "wait");
  }
}

}  // namespace
}  // namespace gpupass::cli
