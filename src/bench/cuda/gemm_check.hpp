// SPDX-License-Identifier: GPL-2.0-or-later
// Checks C = A·Bᵀ on the processor, in integers. No CUDA here.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gpupass/bench/measurement.hpp"

namespace gpupass::bench::cuda {

/// Writes one row of a matrix into `to`.
using Row = std::function<void(std::size_t row, std::span<std::int64_t> to)>;

/// Checks a product of square matrices of integers, row by row. Every row: C·r = A·(Bᵀ·r) for a random vector
/// r, modulo 2⁶⁴ (Freivalds): what is wrong in a row would have to cancel by chance. Some rows: every
/// element.
class ProductCheck {
 public:
  ProductCheck(std::string kind, std::size_t n, const Row& a, const Row& b, std::uint64_t seed);

  /// Row number `index` of C as the card has it.
  void row(std::size_t index, std::span<const double> c);

  /// elements: those of all rows seen; errors: rows that are wrong.
  [[nodiscard]] const Check& check() const { return check_; }

 private:
  [[nodiscard]] std::string first_wrong(std::size_t index, std::span<const double> c) const;

  std::size_t n_;
  std::vector<std::uint64_t> r_;
  std::vector<std::uint64_t> weighted_;  // A·(Bᵀ·r)
  std::vector<std::int64_t> exact_;      // the rows checked element by element, one after the other
  Check check_;
};

}  // namespace gpupass::bench::cuda
