// SPDX-License-Identifier: GPL-2.0-or-later
// The host's half of the patterns, and the result of a check.
#include "bench/cuda/pattern.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace gpupass::bench::cuda {

void fill_pattern_on_host(void* memory, std::size_t bytes, std::uint64_t seed) {
  auto* const words = static_cast<std::uint64_t*>(memory);
  const std::size_t whole = bytes / sizeof(std::uint64_t);
  for (std::size_t i = 0; i < whole; ++i) words[i] = pattern_word(i, seed);
  const auto last = pattern_word(whole, seed);
  std::memcpy(words + whole, &last, bytes % sizeof(std::uint64_t));
}

void poison_on_host(void* memory, std::size_t bytes) {
  std::memset(memory, k_poison, bytes);
}

Check check_pattern_on_host(const void* memory, std::size_t bytes, std::uint64_t seed) {
  const auto* const words = static_cast<const std::uint64_t*>(memory);
  const std::size_t whole = bytes / sizeof(std::uint64_t);
  WrongWords wrong;
  const auto compare = [&](std::size_t i, std::uint64_t found, std::uint64_t expected) {
    if (found == expected) return;
    if (wrong.count++ == 0) wrong.first = {i, found, expected};
  };
  for (std::size_t i = 0; i < whole; ++i) compare(i, words[i], pattern_word(i, seed));
  if (const std::size_t rest = bytes % sizeof(std::uint64_t); rest != 0) {
    std::uint64_t found = 0, expected = 0;
    const auto word = pattern_word(whole, seed);
    std::memcpy(&found, words + whole, rest);
    std::memcpy(&expected, &word, rest);
    compare(whole, found, expected);
  }
  return check_of(wrong, bytes);
}

Check check_of(const WrongWords& wrong, std::size_t bytes) {
  Check check;
  check.kind = "splitmix64, whole buffer";
  check.elements = static_cast<std::int64_t>((bytes + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
  check.errors = static_cast<std::int64_t>(wrong.count);
  if (wrong.count != 0) {
    check.first_error = fmt::format("element {}: {:#018x} for {:#018x}", wrong.first.index, wrong.first.found,
                                    wrong.first.expected);
  }
  return check;
}

void judge(Measurement& measurement, Check check) {
  measurement.status = check.errors == 0 ? Status::passed : Status::failed;
  measurement.reason = check.errors == 0 ? ""
                                         : fmt::format("{} of {} elements wrong; {}", check.errors,
                                                       check.elements, check.first_error);
  measurement.check = std::move(check);
}

}  // namespace gpupass::bench::cuda
