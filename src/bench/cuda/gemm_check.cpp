// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/gemm_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace gpupass::bench::cuda {
namespace {

constexpr std::size_t k_exact_rows = 8;

std::uint64_t modular(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

/// The largest magnitude whose neighbours in fp64 are integers.
constexpr double k_exact = 9007199254740992;  // 2⁵³

bool is_integer(double value) {
  return -k_exact <= value && value <= k_exact &&
         static_cast<double>(static_cast<std::int64_t>(value)) == value;
}

/// Which of the rows checked element by element a row is; k_exact_rows if it is none.
std::size_t place_among_exact(std::size_t row, std::size_t n) {
  const std::size_t step = std::max<std::size_t>(1, n / k_exact_rows);
  return row % step == step / 2 ? std::min(row / step, k_exact_rows) : k_exact_rows;
}

}  // namespace

ProductCheck::ProductCheck(std::string kind, std::size_t n, const Row& a, const Row& b, std::uint64_t seed)
    : n_(n), r_(n), weighted_(n), exact_(k_exact_rows * n) {
  check_.kind = std::move(kind);
  std::mt19937_64 random(seed);
  std::ranges::generate(r_, random);

  std::vector<std::int64_t> row(n);
  std::vector<std::int64_t> rows_of_a(k_exact_rows * n);
  for (std::size_t i = 0; i < n; ++i) {
    if (const auto place = place_among_exact(i, n); place < k_exact_rows) {
      a(i, std::span(rows_of_a).subspan(place * n, n));
    }
  }
  std::vector<std::uint64_t> b_times_r(n);  // Bᵀ·r
  for (std::size_t j = 0; j < n; ++j) {
    b(j, row);
    for (std::size_t k = 0; k < n; ++k) b_times_r[k] += modular(row[k]) * r_[j];
    for (std::size_t place = 0; place < k_exact_rows; ++place) {
      const auto* const from = rows_of_a.data() + place * n;
      exact_[place * n + j] = std::inner_product(row.begin(), row.end(), from, std::int64_t{0});
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    a(i, row);
    for (std::size_t k = 0; k < n; ++k) weighted_[i] += modular(row[k]) * b_times_r[k];
  }
}

void ProductCheck::row(std::size_t index, std::span<const double> c) {
  check_.elements += static_cast<std::int64_t>(n_);
  const auto wrong = first_wrong(index, c);
  if (wrong.empty()) return;
  if (check_.errors++ == 0) check_.first_error = wrong;
}

std::string ProductCheck::first_wrong(std::size_t index, std::span<const double> c) const {
  const auto place = place_among_exact(index, n_);
  std::uint64_t weighted = 0;
  for (std::size_t j = 0; j < n_; ++j) {
    if (!is_integer(c[j])) return fmt::format("row {}, column {}: {} is not an integer", index, j, c[j]);
    const auto value = static_cast<std::int64_t>(c[j]);
    if (place < k_exact_rows && value != exact_[place * n_ + j]) {
      return fmt::format("row {}, column {}: {} for {}", index, j, value, exact_[place * n_ + j]);
    }
    weighted += modular(value) * r_[j];
  }
  if (weighted == weighted_[index]) return {};
  return fmt::format("row {}: its sum weighted at random is {:#x} for {:#x}", index, weighted,
                     weighted_[index]);
}

}  // namespace gpupass::bench::cuda
