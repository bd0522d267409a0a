// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/terminal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace gpupass::sys {
namespace {

/// A writer whose reader has gone: 1 when it lives on, its signal when that ends it.
int write_to_nobody() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return 2;
  close(ends[0]);
  return write(ends[1], "x", 1) == -1 ? 1 : 3;
}

TEST(Terminal, WhoOutlivesItsReadersGoesOn) {
  EXPECT_EXIT((outlive_readers(), _exit(write_to_nobody())), testing::ExitedWithCode(1), "");
  EXPECT_EXIT(_exit(write_to_nobody()), testing::KilledBySignal(SIGPIPE), "");
}

}  // namespace
}  // namespace gpupass::sys
