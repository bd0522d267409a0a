// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/app/fft_reference.hpp"

#include <numbers>
#include <utility>

namespace gpupass::bench::cuda::app {
namespace {

/// Elements to where their index with its bits reversed is.
void reverse_bits(std::vector<std::complex<double>>& x) {
  std::size_t reversed = 0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    std::size_t bit = x.size() / 2;
    for (; (reversed & bit) != 0; bit /= 2) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) std::swap(x[i], x[reversed]);
  }
}

}  // namespace

std::vector<std::complex<double>> transformed(std::vector<std::complex<double>> x) {
  const std::size_t n = x.size();
  reverse_bits(x);
  std::vector<std::complex<double>> root(n / 2);
  for (std::size_t k = 0; k < n / 2; ++k) {
    root[k] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
  }
  for (std::size_t half = 1; half < n; half *= 2) {
    for (std::size_t first = 0; first < n; first += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const auto turned = x[first + half + k] * root[k * (n / 2 / half)];
        x[first + half + k] = x[first + k] - turned;
        x[first + k] += turned;
      }
    }
  }
  return x;
}

}  // namespace gpupass::bench::cuda::app
