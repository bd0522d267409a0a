// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/gemm_check.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gpupass::bench::cuda {
namespace {

constexpr std::size_t k_n = 32;

std::int64_t of_a(std::size_t row, std::size_t column) {
  return static_cast<std::int64_t>((7 * row + 3 * column) % 11) - 5;
}
std::int64_t of_b(std::size_t row, std::size_t column) {
  return static_cast<std::int64_t>((5 * row + column) % 13) - 6;
}

Row rows(std::int64_t (*element)(std::size_t, std::size_t)) {
  return [element](std::size_t row, std::span<std::int64_t> to) {
    for (std::size_t k = 0; k < to.size(); ++k) to[k] = element(row, k);
  };
}

/// A row of A·Bᵀ by the definition.
std::vector<double> product_row(std::size_t i) {
  std::vector<double> c(k_n);
  for (std::size_t j = 0; j < k_n; ++j) {
    for (std::size_t k = 0; k < k_n; ++k) c[j] += static_cast<double>(of_a(i, k) * of_b(j, k));
  }
  return c;
}

/// The check of a product in which `spoil` has changed one row.
template <class Spoil>
Check check_with(std::size_t spoilt, Spoil spoil) {
  ProductCheck check("rows", k_n, rows(of_a), rows(of_b), 42);
  for (std::size_t i = 0; i < k_n; ++i) {
    auto c = product_row(i);
    if (i == spoilt) spoil(c);
    check.row(i, c);
  }
  return check.check();
}

TEST(ProductCheck, PassesWhatIsRight) {
  EXPECT_EQ(check_with(0, [](auto&) {}), (Check{"rows", k_n * k_n, 0, ""}));
}

TEST(ProductCheck, SeesOneWrongElementInAnyRow) {
  for (std::size_t row = 0; row < k_n; ++row) {
    EXPECT_EQ(check_with(row, [](auto& c) { c[9] += 1; }).errors, 1) << row;
  }
}

TEST(ProductCheck, SeesTwoElementsThatChangedPlaces) {
  const auto check = check_with(3, [](auto& c) { std::swap(c[4], c[5]); });
  EXPECT_EQ(check.errors, 1);
  EXPECT_EQ(check.first_error.substr(0, 6), "row 3:") << "not a row that is compared element by element";
}

TEST(ProductCheck, NamesTheElementInRowsItComparesOneByOne) {
  const auto check = check_with(2, [](auto& c) { c[31] = 1000; });
  EXPECT_EQ(check.first_error.substr(0, 25), "row 2, column 31: 1000 fo");
}

TEST(ProductCheck, WhatIsNoIntegerIsWrong) {
  EXPECT_EQ(check_with(5, [](auto& c) { c[0] += 0.25; }).errors, 1);
  EXPECT_EQ(check_with(5, [](auto& c) { c[0] = std::numeric_limits<double>::quiet_NaN(); }).errors, 1);
  EXPECT_EQ(check_with(5, [](auto& c) { c[0] = std::numeric_limits<double>::infinity(); }).errors, 1);
}

}  // namespace
}  // namespace gpupass::bench::cuda
