// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/app/md5.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace gpupass::bench::cuda::app {
namespace {

/// As md5sum(1) prints it: every word's lowest byte first.
std::string text(const Digest& digest) {
  std::string hex;
  for (const auto word : digest.word) {
    for (unsigned byte = 0; byte < 4; ++byte) hex += fmt::format("{:02x}", word >> (8 * byte) & 0xFF);
  }
  return hex;
}

TEST(Md5, IsWhatMd5sumSays) {
  // printf 'ABCDEFGH' | md5sum; head -c 8 /dev/zero | md5sum
  EXPECT_EQ(text(md5(0x4847464544434241)), "4783e784b4fa2fba9e4d6502dbc64f8f");
  EXPECT_EQ(text(md5(0)), "7dea362b3fac8e00956a4952a3d4f474");
}

}  // namespace
}  // namespace gpupass::bench::cuda::app
