// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bench_files.hpp"

#include <algorithm>
#include <ostream>

#include "gpupass/study/report/forms.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_separator = "\n--\n";  // a word that nobody types

using Words = std::vector<std::string>;

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

void add_comparison_options(Syntax& syntax, study::ComparisonWords& to) {
  syntax.option(
      "margin", to.margin, "P%",
      "how much a median of transfer, device and application may differ and still count as the same");
  syntax.option("margin-latency", to.margin_latency, "P%",
                "the same for medians of latency, pci and processor");
  syntax.option("margin-tail", to.margin_tail, "P%", "the same for p99 of latencies");
  syntax.option("filter", to.filters, "GLOB", "use the cases whose names match; may be repeated");
  syntax.option(
      "group", to.groups, "NAME",
      "use a group: latency, transfer, device, application, pci, processor, start; may be repeated");
}

Result<int> answer(Context& context, const Sides& sides, const study::ComparisonWords& words,
                   const std::string& file) {
  GPUPASS_TRY_ASSIGN(const auto reports, study::reports_of(sides, words));
  auto& terminal = context.terminal;
  const auto whole = study::answer_of(reports);
  if (whole) terminal.out << study::to_text(reports, terminal.columns, terminal.colour);
  if (!file.empty()) {
    GPUPASS_TRY_ASSIGN(const auto form, study::report_form(file));
    GPUPASS_TRY(context.host.write_output(file, form.write(reports)));
    terminal.out << file << "\n";
  }
  return whole ? bench::exit_code(*whole) : 0;
}

}  // namespace gpupass::cli
