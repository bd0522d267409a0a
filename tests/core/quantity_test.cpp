// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/quantity.hpp"

#include <gtest/gtest.h>

namespace gpupass::core {
namespace {

TEST(Quantity, HaveThreeDigitsAndAPrefix) {
  EXPECT_EQ(quantity(55.12e9, "B/s"), "55.1 GB/s");
  EXPECT_EQ(quantity(1.2e-6, "s"), "1.20 µs");
  EXPECT_EQ(quantity(798e12, "FLOP/s"), "798 TFLOP/s");
  EXPECT_EQ(quantity(999.9e3, "B/s"), "1.00 MB/s");
  EXPECT_EQ(quantity(9.996, "s"), "10.0 s");
  EXPECT_EQ(quantity(0, "s"), "0 s");
  EXPECT_EQ(quantity(27.13e-9, "s"), "27.1 ns");
  EXPECT_EQ(quantity(2e-14, "s"), "0.02 ps");
  EXPECT_EQ(quantity(103e6, "1/s"), "103 M/s");
  EXPECT_EQ(quantity(6.5e6, "1/s"), "6.50 M/s");
}

TEST(Quantity, OfAnIntervalAreThoseOfItsValue) {
  EXPECT_EQ(quantity(55.1e9, 54.9e9, 55.3e9, "B/s"), "55.1 [54.9, 55.3] GB/s");
  EXPECT_EQ(quantity(999e3, 990e3, 1.01e6, "B/s"), "999 [990, 1010] kB/s");
  EXPECT_EQ(quantity(3.0123e12, 3.0121e12, 3.0125e12, "B/s"), "3.0123 [3.0121, 3.0125] TB/s");
  EXPECT_EQ(quantity(2e-3, "s"), "2.00 ms");
}

TEST(Quantity, OfBytesIsExact) {
  EXPECT_EQ(size_text(4), "4 B");
  EXPECT_EQ(size_text(65536), "64 KiB");
  EXPECT_EQ(size_text(std::uint64_t{1536} << 20U), "1536 MiB");
  EXPECT_EQ(size_text(std::uint64_t{1} << 30U), "1 GiB");
  EXPECT_EQ(size_text(std::uint64_t{3} << 50U), "3072 TiB");
  EXPECT_EQ(size_text(1500), "1500 B");
  EXPECT_EQ(size_text(0), "0 B");
}

}  // namespace
}  // namespace gpupass::core
