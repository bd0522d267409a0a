// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/app/fft_reference.hpp"

#include <gtest/gtest.h>

#include <numbers>
#include <random>

namespace gpupass::bench::cuda::app {
namespace {

TEST(FftReference, IsTheSumThatDefinesIt) {
  constexpr std::size_t k_n = 64;
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> part(-1, 1);
  std::vector<std::complex<double>> x(k_n);
  for (auto& value : x) value = {part(random), part(random)};
  const auto found = transformed(x);
  ASSERT_EQ(found.size(), k_n);
  for (std::size_t k = 0; k < k_n; ++k) {
    std::complex<double> sum = 0;
    for (std::size_t j = 0; j < k_n; ++j) {
      sum += x[j] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(j * k % k_n) / k_n);
    }
    EXPECT_LT(std::abs(found[k] - sum), 1e-13) << k;
  }
}

}  // namespace
}  // namespace gpupass::bench::cuda::app
