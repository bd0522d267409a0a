// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gpupass/core/overloaded.hpp"

namespace gpupass::study {
namespace {

using bench::Effect;

/// As many as tell the ends of an interval apart.
int decimals_for(double width) {
  if (!(width > 0)) return 2;
  return std::clamp(static_cast<int>(std::ceil(-std::log10(width / 6))), 0, 3);
}

/// Without a sign before what is rounded to zero.
std::string signed_number(double value, int decimals) {
  const auto text = fmt::format("{:+.{}f}", value, decimals);
  return text.find_first_of("123456789") == std::string::npos ? text.substr(1) : text;
}

/// Sizes are written as such, and what is measured at a size needs no word before it.
std::string text(const bench::Parameter& parameter, const std::string& name) {
  return std::visit(
      core::Overloaded{[&](std::int64_t number) {
                         if (name == "page") return "pages of " + size(number);
                         return name == "bytes" ? size(number) : fmt::format("{} {}", name, number);
                       },
                       [&](double number) { return fmt::format("{} {}", name, number); },
                       [&](const std::string& words) { return fmt::format("{} {}", name, words); }},
      parameter);
}

}  // namespace

double percent(double log_ratio) {
  return std::copysign(std::expm1(std::abs(log_ratio)) * 100, log_ratio);
}

std::string margin_percent(double margin) {
  return fmt::format("{:.4g}", margin * 100);
}

std::string difference(const Effect& effect) {
  const double low = percent(effect.interval.low);
  const double high = percent(effect.interval.high);
  const int decimals = decimals_for(high - low);
  return fmt::format("{:.{}f} % {} [{}, {}]", std::abs(percent(effect.log_ratio)), decimals,
                     effect.log_ratio < 0 ? "faster" : "slower", signed_number(low, decimals),
                     signed_number(high, decimals));
}

std::string judgement(const Effect& effect, double margin) {
  const auto within = margin_percent(margin);
  switch (effect.verdict) {
    case bench::Verdict::equivalent:
      return fmt::format("equivalent within {} %", within);
    case bench::Verdict::slower:
    case bench::Verdict::faster:
      return fmt::format("beyond {} %", within);
    case bench::Verdict::inconclusive:
      break;
  }
  return fmt::format("too uncertain to tell against {} %", within);
}

std::string sentence(const std::string& candidate, const Effect& effect, double margin) {
  return fmt::format("{} is {}, {}", candidate, difference(effect), judgement(effect, margin));
}

std::string size(std::int64_t bytes) {
  constexpr std::array k_units = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < k_units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", bytes, k_units[unit]);
}

std::string title(const bench::Row& row) {
  std::string title = row.id;
  const char* before = " ";
  for (const auto& [name, value] : row.params) {
    title += before + text(value, name);
    before = ", ";
  }
  return row.statistic == bench::Statistic::median ? title : title + ", p99";
}

const char* words(bench::Answer answer) {
  switch (answer) {
    case bench::Answer::within:
      return "within the margin";
    case bench::Answer::outside:
      return "outside the margin";
    case bench::Answer::inconclusive:
      break;
  }
  return "too uncertain to tell";
}

}  // namespace gpupass::study
