// SPDX-License-Identifier: GPL-2.0-or-later
// What a card computed, compared with the correct result. No CUDA here.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "gpupass/bench/measurement.hpp"

namespace gpupass::bench::cuda {

/// Counts what differs and remembers the first of it.
class Comparison {
 public:
  explicit Comparison(std::string_view kind) { check_.kind = kind; }

  /// Bit for bit. what: "distance", "row"; index: which of them.
  template <std::integral T>
  void equal(std::string_view what, std::size_t index, T is, T must_be) {
    ++check_.elements;
    if (is != must_be) differs(what, index, std::to_string(is), std::to_string(must_be));
  }
  void equal(std::string_view what, std::size_t index, double is, double must_be);
  void equal(std::string_view what, std::size_t index, float is, float must_be) {
    equal(what, index, static_cast<double>(is), static_cast<double>(must_be));
  }

  /// |is − must_be| ≤ tolerance; no NaN is.
  void within(std::string_view what, std::size_t index, double is, double must_be, double tolerance);

  [[nodiscard]] const Check& check() const { return check_; }

 private:
  void differs(std::string_view what, std::size_t index, const std::string& is, const std::string& must_be);

  Check check_;
};

}  // namespace gpupass::bench::cuda
