// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/report/table.hpp"
#include "gpupass/study/report/formats.hpp"
#include "study/report/notices.hpp"
#include "study/report/units.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

using report::Align;
using report::Cell;
using report::Column;
using report::Style;
using report::Table;

Style style_of(bench::Verdict verdict) {
  switch (verdict) {
    case bench::Verdict::equivalent:
      return Style::green;
    case bench::Verdict::slower:
      return Style::red;
    case bench::Verdict::faster:
      return Style::yellow;
    case bench::Verdict::inconclusive:
      break;
  }
  return Style::dim;
}

/// Words on lines of at most `columns`, all but the first further in.
std::string wrapped(const std::string& text, int columns, const char* further, const char* first = "") {
  const auto width = static_cast<std::size_t>(std::max(columns, 20));
  std::string lines;
  std::string line = first;
  bool begun = false;
  for (const auto word : core::words(text)) {
    if (begun && core::columns(line) + 1 + core::columns(word) > width) {
      lines += line + "\n";
      line = further;
      line += word;
    } else {
      line += (begun ? " " : "") + std::string(word);
    }
    begun = true;
  }
  return lines + line + "\n";
}

std::string text_list(const char* heading, const std::vector<std::string>& items, int columns, bool colour) {
  if (items.empty()) return "";
  std::string text = "\n" + report::styled(heading, Style::bold, colour) + "\n";
  for (const auto& item : items) text += wrapped(core::printable(item), columns, "    ", "  - ");
  return text;
}

std::string case_lines(const bench::Comparison& comparison, bench::Group group, int columns, bool colour) {
  constexpr std::size_t k_tells_sizes_apart = 19;
  const bool two = comparison.candidate_runs > 0;
  std::vector<Column> headings{{"CASE", Align::left, k_tells_sizes_apart},
                               {comparison.baseline.c_str(), Align::right, 0, two ? 4 : 0}};
  if (two) {
    headings.insert(headings.end(), {{comparison.candidate.c_str(), Align::right, 0, 5},
                                     {"DIFFERENCE"},
                                     {"VERDICT"},
                                     {"N", Align::right, 0, 3}});
  } else {
    headings.insert(headings.end(), {{"SPREAD", Align::right}, {"RUNS", Align::right}});
  }
  headings.emplace_back("CEILING", Align::right, 0, 2);
  Table table(headings);
  for (const auto& row : comparison.rows) {
    const auto& shown = row.baseline.passed > 0 ? row.baseline : row.candidate;
    if (row.group != group || shown.passed == 0) continue;
    const auto value = [&](const bench::Figures& figures) {
      return figures.passed == 0 ? std::string("-") : core::quantity(figures.value, row.unit);
    };
    std::vector<Cell> cells{core::printable(title(row)), value(row.baseline)};
    if (two) {
      const auto style = row.effect ? style_of(row.effect->verdict) : Style::plain;
      cells.insert(cells.end(), {value(row.candidate), row.effect ? difference(*row.effect) : "-",
                                 Cell(row.effect ? words(row.effect->verdict) : "-", style),
                                 std::to_string(row.replicates)});
    } else {
      cells.insert(cells.end(),
                   {row.baseline.interval ? fmt::format("{:.2f} %", row.baseline.spread * 100) : "-",
                    std::to_string(row.baseline.passed)});
    }
    const bool rate = row.better == bench::Better::higher;
    cells.emplace_back(
        !shown.ceiling ? "" : share(rate ? shown.value / *shown.ceiling : *shown.ceiling / shown.value));
    table.add(std::move(cells));
  }
  const auto lines = table.text(columns, colour);
  return lines.empty() ? "" : "\n" + report::styled(name(group), Style::bold, colour) + "\n" + lines;
}

std::string absent_lines(const bench::Comparison& comparison, int columns, bool colour) {
  const auto absent = absent_table(comparison);
  Table table({{"CASE", Align::left, 16}, {"SIDE"}, {"WHY", Align::left, 30}});
  for (const auto& row : absent.rows) table.add({core::printable(row[0]), row[1], core::printable(row[2])});
  const auto lines = table.text(columns, colour);
  return lines.empty() ? "" : "\n" + report::styled("Without result", Style::bold, colour) + "\n" + lines;
}

std::vector<std::string> differences_that_matter(const bench::Comparison& comparison) {
  std::vector<std::string> lines;
  for (const auto& row : difference_table(comparison).rows) {
    if (row.back().empty()) continue;
    std::string line = row[0] + ": " + row[1];
    if (row.size() == 4) line += " | " + row[2];
    lines.push_back(line + " (" + row.back() + ")");
  }
  return lines;
}

std::string text_of(const Report& report, int columns, bool colour) {
  const auto& comparison = report.comparison;
  auto text = wrapped(headline(comparison), columns, "  ") + wrapped(method(comparison), columns, "");
  text += text_list("Not to be trusted", sentences(comparison, comparison.doubts), columns, colour);
  text += text_list("Beyond the margin", sentences(comparison, comparison.findings), columns, colour);
  text += text_list("Open", sentences(comparison, comparison.open), columns, colour);
  text += text_list("Remarks", sentences(comparison, comparison.remarks), columns, colour);
  for (const auto& group : comparison.groups) text += case_lines(comparison, group.group, columns, colour);
  text += absent_lines(comparison, columns, colour);
  text += text_list("Different, and it matters", differences_that_matter(comparison), columns, colour);
  return text;
}

std::string cost_lines(const Reports& reports, int columns, bool colour) {
  const auto costs = cost_table(reports);
  Table table({{"GROUP"},
               {"ARM", Align::left, 12},
               {"COST"},
               {"JUDGEMENT", Align::left, 0, 3},
               {"WORST CASE", Align::left, 30, 2}});
  for (const auto& row : costs.rows)
    table.add({row[0], core::printable(row[1]), row[2], row[3], core::printable(row[4])});
  return report::styled(costs.title, Style::bold, colour) + "\n" + table.text(columns, colour);
}

}  // namespace

std::string to_text(const Reports& reports, int columns, bool colour) {
  if (reports.size() == 1) return text_of(reports.front(), columns, colour);
  auto text = cost_lines(reports, columns, colour);
  for (const auto& report : reports) {
    const auto& [baseline, candidate, comparison] = report;
    const auto heading = fmt::format("== {} beside {} ==", candidate.name, baseline.name);
    text += "\n" + report::styled(core::printable(heading), Style::bold, colour) + "\n" +
            text_of(report, columns, colour);
  }
  return text;
}

}  // namespace gpupass::study
