// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/experiment/comparison_words.hpp"

#include <fmt/format.h>

#include "gpupass/core/quantity.hpp"

namespace gpupass::study {
namespace {

/// "1%" or "0.01".
Result<double> fraction_of(const std::string& text, const char* option) {
  const auto value = core::fraction(text);
  if (value && *value > 0 && *value <= 1) return *value;
  return fail(ErrorKind::usage, fmt::format("--{} {}: is not a margin", option, text),
              "above 0 and up to 100 %: 1% or 0.01");
}

}  // namespace

Result<bench::ComparisonSettings> settings_of(const ComparisonWords& words) {
  bench::ComparisonSettings settings;
  GPUPASS_TRY_ASSIGN(settings.margins.rate, fraction_of(words.margin, "margin"));
  GPUPASS_TRY_ASSIGN(settings.margins.latency, fraction_of(words.margin_latency, "margin-latency"));
  GPUPASS_TRY_ASSIGN(settings.margins.tail, fraction_of(words.margin_tail, "margin-tail"));
  return settings;
}

Result<Reports> reports_of(const SideFiles& files, const ComparisonWords& words) {
  GPUPASS_TRY_ASSIGN(const auto settings, settings_of(words));
  GPUPASS_TRY_ASSIGN(auto groups, groups_of(words.groups));
  GPUPASS_TRY_ASSIGN(auto sides, load_sides(files, {words.filters, std::move(groups)}));
  return make_reports(std::move(sides), settings);
}

}  // namespace gpupass::study
