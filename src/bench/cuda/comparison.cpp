// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/comparison.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

namespace gpupass::bench::cuda {

void Comparison::equal(std::string_view what, std::size_t index, double is, double must_be) {
  ++check_.elements;
  if (std::bit_cast<std::uint64_t>(is) == std::bit_cast<std::uint64_t>(must_be)) return;
  differs(what, index, fmt::format("{:.17g}", is), fmt::format("{:.17g}", must_be));
}

void Comparison::within(std::string_view what, std::size_t index, double is, double must_be,
                        double tolerance) {
  ++check_.elements;
  if (std::abs(is - must_be) <= tolerance) return;
  differs(what, index, fmt::format("{:.17g}", is), fmt::format("{:.17g} ± {:.2g}", must_be, tolerance));
}

void Comparison::differs(std::string_view what, std::size_t index, const std::string& is,
                         const std::string& must_be) {
  if (check_.errors++ == 0) check_.first_error = fmt::format("{} {}: {} for {}", what, index, is, must_be);
}

}  // namespace gpupass::bench::cuda
