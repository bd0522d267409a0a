// SPDX-License-Identifier: GPL-2.0-or-later
// Against the figures of an H100 SXM5's and an A100's data sheets, which the attributes must reproduce.
#include <gtest/gtest.h>

#include "bench/cuda/card.hpp"

namespace gpupass::bench::cuda {
namespace {

Card h100() {
  Card card;
  card.major = 9;
  card.minor = 0;
  card.sm = 132;
  card.sm_hz = 1980e6;
  card.memory_hz = 2619e6;
  card.memory_bus_bits = 5120;
  card.link = Link{5, 16};
  return card;
}

TEST(Ceilings, MemoryOfAnH100) {
  const auto ceiling = memory_bandwidth(h100());
  ASSERT_TRUE(ceiling);
  EXPECT_DOUBLE_EQ(ceiling->value, 3352.32e9);
  EXPECT_EQ(ceiling->formula, "5120 bit ÷ 8 × 2 × 2619 MHz");
}

TEST(Ceilings, LinkOfSixteenFifthGenerationLanes) {
  const auto ceiling = link_rate(h100());
  ASSERT_TRUE(ceiling);
  EXPECT_NEAR(ceiling->value, 63.015e9, 0.001e9);
  EXPECT_EQ(ceiling->formula, "16 lanes × 32 GT/s × 128/130 ÷ 8");
}

TEST(Ceilings, OldLinksCarryLessOfWhatTheySend) {
  auto card = h100();
  card.link = Link{2, 8};
  EXPECT_DOUBLE_EQ(link_rate(card)->value, 4e9);
}

TEST(Ceilings, ArithmeticOfAnH100) {
  EXPECT_NEAR(fma_rate(h100(), Precision::fp32)->value, 66.9e12, 0.05e12);
  EXPECT_NEAR(fma_rate(h100(), Precision::fp64)->value, 33.5e12, 0.05e12);
  auto at_the_data_sheets_clock = h100();
  at_the_data_sheets_clock.sm_hz = 1830e6;
  EXPECT_NEAR(tensor_rate(at_the_data_sheets_clock, Precision::bf16)->value, 989e12, 1e12);
  EXPECT_NEAR(tensor_rate(h100(), Precision::fp64)->value, 66.9e12, 0.05e12);
}

TEST(Ceilings, ArithmeticOfAnA100) {
  Card card;
  card.major = 8;
  card.sm = 108;
  card.sm_hz = 1410e6;
  EXPECT_NEAR(fma_rate(card, Precision::fp32)->value, 19.5e12, 0.05e12);
  EXPECT_NEAR(fma_rate(card, Precision::fp64)->value, 9.7e12, 0.05e12);
  EXPECT_NEAR(tensor_rate(card, Precision::bf16)->value, 312e12, 0.5e12);
  EXPECT_NEAR(tensor_rate(card, Precision::fp64)->value, 19.5e12, 0.05e12);
}

TEST(Ceilings, NoneWhereSomethingIsNotKnown) {
  auto card = h100();
  card.link.reset();
  card.memory_hz = 0;
  card.major = 42;
  EXPECT_FALSE(link_rate(card));
  EXPECT_FALSE(memory_bandwidth(card));
  EXPECT_FALSE(fma_rate(card, Precision::fp32));
  EXPECT_FALSE(tensor_rate(card, Precision::bf16));
  card.link = Link{17, 16};
  EXPECT_FALSE(link_rate(card));
}

}  // namespace
}  // namespace gpupass::bench::cuda
