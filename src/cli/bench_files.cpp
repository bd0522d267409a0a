// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bench_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ostream>

namespace gpupass::cli {
namespace {

constexpr const char* k_separator = "\n--\n";  // a word that nobody types

using Words = std::vector<std::string>;

/// "1%" or "0.01".
Result<double> fraction_of(const std::string& text, const char* option) {
  const bool percent = text.ends_with('%');
  const std::string_view digits(text.data(), text.size() - (percent ? 1 : 0));
  double value = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
  if (percent) value /= 100;
  if (error != std::errc() || end != digits.end() || !(value > 0 && value <= 1))
    return fail(ErrorKind::usage, fmt::format("--{} {}: is no margin", option, text),
                "above 0 and up to 100 %: 1% or 0.01");
  return value;
}

}  // namespace

Result<int> print_or_write(Context& context, const std::string& file, const std::string& text) {
  if (file.empty())
    context.terminal.out << text;
  else
    GPUPASS_TRY(context.host.write_output(file, text));
  return 0;
}

Words with_separator_as_word(Words arguments) {
  std::replace(arguments.begin(), arguments.end(), std::string("--"), std::string(k_separator));
  return arguments;
}

Sides sides_of(const Words& words) {
  Sides sides(1);
  for (const auto& word : words) {
    if (word == k_separator)
      sides.emplace_back();
    else
      sides.back().push_back(word);
  }
  return sides;
}

void add_comparison_options(Syntax& syntax, ComparisonOptions& to) {
  syntax.option(
      "margin", to.margin, "P%",
      "what a median of transfer, device and application may differ by and still count as the same");
  syntax.option("margin-latency", to.margin_latency, "P%",
                "the same for medians of latency, pci and processor");
  syntax.option("margin-tail", to.margin_tail, "P%", "the same for p99 of latencies");
  syntax.option("filter", to.filters, "GLOB", "take the cases that it fits; may be repeated");
  syntax.option(
      "group", to.groups, "NAME",
      "take a group: latency, transfer, device, application, pci, processor, start; may be repeated");
}

Result<bench::ComparisonSettings> comparison_settings(const ComparisonOptions& options) {
  bench::ComparisonSettings settings;
  GPUPASS_TRY_ASSIGN(settings.margins.rate, fraction_of(options.margin, "margin"));
  GPUPASS_TRY_ASSIGN(settings.margins.latency, fraction_of(options.margin_latency, "margin-latency"));
  GPUPASS_TRY_ASSIGN(settings.margins.tail, fraction_of(options.margin_tail, "margin-tail"));
  return settings;
}

Result<std::vector<bench::Side>> load_sides(const Sides& sides, const ComparisonOptions& options) {
  GPUPASS_TRY_ASSIGN(auto groups, study::groups_of(options.groups));
  return study::load_sides(sides, {options.filters, std::move(groups)});
}

}  // namespace gpupass::cli
