// SPDX-License-Identifier: GPL-2.0-or-later
// The host's half; the card's is run against it by every copying case.
#include "bench/cuda/pattern.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace gpupass::bench::cuda {
namespace {

constexpr std::uint64_t k_seed = 42;
constexpr std::size_t k_two_mib_of_words = (std::size_t{2} << 20U) / sizeof(std::uint64_t);

std::vector<std::uint64_t> filled(std::size_t words) {
  std::vector<std::uint64_t> memory(words);
  fill_pattern_on_host(memory.data(), words * sizeof(std::uint64_t), k_seed);
  return memory;
}

Check check(const std::vector<std::uint64_t>& memory, std::uint64_t seed = k_seed) {
  return check_pattern_on_host(memory.data(), memory.size() * sizeof(std::uint64_t), seed);
}

TEST(Pattern, IsSplitmix64) {
  // The first outputs of the published generator for seeds 0 and 1.
  EXPECT_EQ(pattern_word(0, 0), 0xE220A8397B1DCDAFU);
  EXPECT_EQ(pattern_word(1, 0), 0x910A2DEC89025CC1U);
}

TEST(Pattern, WhatWasFilledIsRight) {
  const auto found = check(filled(1000));
  EXPECT_EQ(found.errors, 0);
  EXPECT_EQ(found.elements, 1000);
}

TEST(Pattern, ABlockAtTheWrongTwoMebibytesIsSeen) {
  auto memory = filled(2 * k_two_mib_of_words);
  std::swap_ranges(memory.begin(), memory.begin() + k_two_mib_of_words, memory.begin() + k_two_mib_of_words);
  EXPECT_EQ(check(memory).errors, static_cast<std::int64_t>(memory.size()));
}

TEST(Pattern, OneWrongBitIsSeenAndNamed) {
  auto memory = filled(1000);
  memory[700] ^= 1U << 5U;
  memory[900] = 0;
  const auto found = check(memory);
  EXPECT_EQ(found.errors, 2);
  EXPECT_EQ(found.first_error.rfind("element 700: 0x", 0), 0U) << found.first_error;
}

TEST(Pattern, AnotherSeedsPatternIsWrong) {
  EXPECT_EQ(check(filled(1000), k_seed + 1).errors, 1000);
}

TEST(Pattern, PoisonIsWrongEverywhere) {
  auto memory = filled(1000);
  poison_on_host(memory.data(), memory.size() * sizeof(std::uint64_t));
  EXPECT_EQ(check(memory).errors, 1000);
}

TEST(Pattern, OfTheLastWordOnlyTheBytesThatAreThereCount) {
  std::vector<unsigned char> memory(24, 0xEE);
  fill_pattern_on_host(memory.data(), 12, k_seed);
  EXPECT_EQ(memory[12], 0xEE) << "written past the end";
  EXPECT_EQ(check_pattern_on_host(memory.data(), 12, k_seed).errors, 0);
  memory[11] ^= 1U;
  const auto found = check_pattern_on_host(memory.data(), 12, k_seed);
  EXPECT_EQ(found.errors, 1);
  EXPECT_EQ(found.elements, 2);
}

TEST(Judge, ErrorsFailTheMeasurementAndSayWhich) {
  auto memory = filled(10);
  memory[3] = 0;
  Measurement measurement;
  judge(measurement, check(memory));
  EXPECT_EQ(measurement.status, Status::failed);
  EXPECT_EQ(measurement.reason.rfind("1 of 10 elements wrong; element 3: 0x0000000000000000 for 0x", 0), 0U)
      << measurement.reason;
}

TEST(Judge, NoErrorsPass) {
  Measurement measurement;
  judge(measurement, check(filled(10)));
  EXPECT_EQ(measurement.status, Status::passed);
  EXPECT_EQ(measurement.reason, "");
}

}  // namespace
}  // namespace gpupass::bench::cuda
