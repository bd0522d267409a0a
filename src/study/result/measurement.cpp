// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/bench/measurement.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "gpupass/bench/names.hpp"
#include "gpupass/core/overloaded.hpp"

namespace gpupass::bench {
namespace {

/// The shortest text that reads back as this number.
std::string text(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  return {digits, end.ptr};
}

std::string text(const Parameter& parameter) {
  return std::visit(core::Overloaded{[](std::int64_t number) { return std::to_string(number); },
                                     [](double number) { return text(number); },
                                     [](const std::string& words) { return words; }},
                    parameter);
}

/// Of sorted values, by linear interpolation between the two nearest (type 7).
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

std::string key(const Measurement& measurement) {
  std::string key = measurement.id;
  for (const auto& [name, value] : measurement.params) key += "/" + name + "=" + text(value);
  return key;
}

std::vector<double> values(const Measurement& measurement) {
  const double work = measurement.work.amount * static_cast<double>(measurement.work.iterations);
  std::vector<double> values;
  values.reserve(measurement.samples_ns.size());
  for (const double nanoseconds : measurement.samples_ns) {
    const double seconds = nanoseconds * 1e-9;
    values.push_back(measurement.better == Better::higher ? work / seconds : seconds / work);
  }
  return values;
}

Summary summarize(std::vector<double> values, Better better) {
  std::sort(values.begin(), values.end());
  const auto tail = [&](double share) {
    return quantile(values, better == Better::lower ? share : 1 - share);
  };
  return {static_cast<std::int64_t>(values.size()),
          quantile(values, 0.5),
          quantile(values, 0.25),
          quantile(values, 0.75),
          values.front(),
          values.back(),
          tail(0.99),
          tail(0.999)};
}

const char* name(Group group) {
  return core::name_in(k_groups, group);
}

const char* name(Status status) {
  return core::name_in(k_statuses, status);
}

}  // namespace gpupass::bench
