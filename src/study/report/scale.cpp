// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gpupass::study {
namespace {

constexpr std::array k_steps = {1.0, 2.0, 5.0};

std::vector<double> linear_ticks(double low, double high, std::size_t most) {
  const double wanted = (high - low) / static_cast<double>(most);
  double decade = std::pow(10, std::floor(std::log10(wanted)));
  double step = decade * 10;
  for (const double factor : k_steps) {
    if (decade * factor >= wanted) {
      step = decade * factor;
      break;
    }
  }
  std::vector<double> ticks;
  // Counted in whole steps, so that zero is zero; and not minus zero, which has a sign when written.
  for (double count = std::ceil(low / step - 1e-9); count * step <= high + step * 1e-9; ++count)
    ticks.push_back(count * step + 0.0);
  return ticks;
}

/// 1, 2, 5 and 10 times each power of ten, or each `every`-th power of ten alone.
std::vector<double> decade_ticks(double low, double high, bool between, int every) {
  std::vector<double> ticks;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  for (int power = first; std::pow(10, power) <= high * 1.000001; ++power) {
    for (const double factor : k_steps) {
      const double tick = factor * std::pow(10, power);
      const bool wanted = between || (factor == 1 && (power - first) % every == 0);
      if (wanted && tick >= low * 0.999999 && tick <= high * 1.000001) ticks.push_back(tick);
    }
  }
  return ticks;
}

}  // namespace

double Scale::stretched(double value) const {
  return kind_ == Kind::linear ? value : std::log(value);
}

double Scale::place(double value) const {
  const double inside = std::clamp(value, low_, high_);
  const double share = (stretched(inside) - stretched(low_)) / (stretched(high_) - stretched(low_));
  return std::lerp(from_, to_, share);
}

std::vector<double> Scale::ticks(std::size_t most) const {
  if (kind_ == Kind::linear) return linear_ticks(low_, high_, most);
  auto ticks = decade_ticks(low_, high_, true, 1);
  for (int every = 1; ticks.size() > most; ++every) ticks = decade_ticks(low_, high_, false, every);
  // Less than a decade may have one round value or none.
  return ticks.size() < 2 ? linear_ticks(low_, high_, most) : ticks;
}

}  // namespace gpupass::study
