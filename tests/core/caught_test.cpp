// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/caught.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace gpupass::core {
namespace {

TEST(Caught, GivesWhatComesBack) {
  EXPECT_EQ(caught([]() -> Result<int> { return 3; }).value(), 3);
  const auto failed = caught([]() -> Result<void> { return fail(ErrorKind::busy, "not now"); });
  EXPECT_EQ(failed.error().kind, ErrorKind::busy);
}

TEST(Caught, MakesAnErrorOfWhatIsThrown) {
  const auto thrown = caught([]() -> Result<int> { throw std::runtime_error("it broke"); });
  ASSERT_FALSE(thrown);
  EXPECT_EQ(thrown.error().kind, ErrorKind::internal);
  EXPECT_EQ(thrown.error().what, "it broke");
  EXPECT_EQ(caught([]() -> Result<void> { throw std::bad_alloc(); }).error().kind, ErrorKind::internal);
}

}  // namespace
}  // namespace gpupass::core
