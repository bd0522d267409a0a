// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gpupass/core/names.hpp"
#include "gpupass/core/overloaded.hpp"
#include "gpupass/core/quantity.hpp"

namespace gpupass::study {
namespace {

// In documents for programs it is "inconclusive".
constexpr const char* k_uncertain = "too uncertain to tell";

constexpr std::array k_answers = {
    core::Name<bench::Answer>{bench::Answer::within, "within the margin"},
    core::Name<bench::Answer>{bench::Answer::outside, "outside the margin"},
    core::Name<bench::Answer>{bench::Answer::inconclusive, k_uncertain},
};

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

constexpr double k_many = 10;  // from there on per cents are no measure

/// "60 times as slow [55, 66]"
std::string in_times(const Effect& effect) {
  const auto times = [](double log_ratio) {
    const double value = std::exp(log_ratio);
    return value < 100 ? fmt::format("{:.3g}", value) : fmt::format("{:.0f}", value);
  };
  const auto& [low, high] = effect.interval;
  return effect.log_ratio > 0
             ? fmt::format("{} times as slow [{}, {}]", times(effect.log_ratio), times(low), times(high))
             : fmt::format("{} times as fast [{}, {}]", times(-effect.log_ratio), times(-high), times(-low));
}

/// Sizes are written as such, and what is measured at a size needs no word before it.
std::string text(const bench::Parameter& parameter, const std::string& name) {
  return std::visit(
      core::Overloaded{[&](std::int64_t number) {
                         const auto bytes = static_cast<std::uint64_t>(number);
                         if (name == "page") return "pages of " + core::size_text(bytes);
                         return name == "bytes" ? core::size_text(bytes) : fmt::format("{} {}", name, number);
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
  if (std::abs(effect.log_ratio) >= std::log(k_many)) return in_times(effect);
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
  return fmt::format("{} against {} %", k_uncertain, within);
}

std::string sentence(const std::string& candidate, const Effect& effect, double margin) {
  return fmt::format("{} is {}, {}", candidate, difference(effect), judgement(effect, margin));
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

std::string words(const std::optional<bench::Absence>& absence) {
  if (!absence) return "";
  return absence->status ? fmt::format("{}: {}", name(*absence->status), absence->reason) : "not run";
}

const char* words(bench::Verdict verdict) {
  return verdict == bench::Verdict::inconclusive ? k_uncertain : name(verdict);
}

const char* words(bench::Answer answer) {
  return core::name_in(k_answers, answer);
}

}  // namespace gpupass::study
