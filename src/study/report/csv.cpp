// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "gpupass/core/printable.hpp"
#include "gpupass/study/report/formats.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

/// A spreadsheet takes a cell that begins so for a formula, which may run a program or send the sheet away.
bool begins_formula(const std::string& text) {
  if (text.empty() || std::string_view("=+-@").find(text.front()) == std::string_view::npos) return false;
  char* end = nullptr;
  (void)std::strtod(text.c_str(), &end);
  return *end != '\0';  // a number is none
}

std::string quoted(const std::string& cell) {
  auto text = core::printable(cell);
  if (begins_formula(text)) text.insert(0, "'");
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char letter : text) safe += letter == '"' ? "\"\"" : std::string(1, letter);
  return safe + "\"";
}

std::string number(double value) {
  return fmt::format("{}", value);
}

using Cells = std::vector<std::string>;

void add_figures(Cells& cells, const bench::Figures& figures) {
  const bool measured = figures.passed > 0;
  cells.push_back(std::to_string(figures.passed));
  cells.push_back(measured ? number(figures.value) : "");
  cells.push_back(figures.interval ? number(figures.interval->low) : "");
  cells.push_back(figures.interval ? number(figures.interval->high) : "");
  cells.push_back(figures.interval ? number(figures.spread) : "");
  cells.push_back(figures.ceiling ? number(*figures.ceiling) : "");
  cells.push_back(words(figures.absent));
}

void add_effect(Cells& cells, const std::optional<bench::Effect>& effect) {
  if (!effect) {
    cells.resize(cells.size() + 8);
    return;
  }
  for (const double value :
       {effect->log_ratio, effect->interval.low, effect->interval.high, effect->bootstrap.low,
        effect->bootstrap.high, effect->p_rank, effect->p_rank_holm})
    cells.push_back(number(value));
  cells.emplace_back(name(effect->verdict));
}

std::string csv_line(const Cells& cells) {
  std::string line;
  for (const auto& cell : cells) line += (line.empty() ? "" : ",") + quoted(cell);
  return line + "\r\n";
}

Cells cells_of(const bench::Row& row) {
  Cells cells{row.key,
              name(row.statistic),
              name(row.group),
              row.metric,
              row.unit,
              row.better == bench::Better::higher ? "higher" : "lower",
              number(row.margin),
              std::to_string(row.replicates)};
  add_figures(cells, row.baseline);
  add_figures(cells, row.candidate);
  add_effect(cells, row.effect);
  return cells;
}

}  // namespace

std::string to_csv(const Reports& reports) {
  const bool several = reports.size() > 1;
  Cells headings{"case", "statistic", "group", "metric", "unit", "better", "margin", "replicates"};
  if (several) headings.insert(headings.begin(), "arm");
  for (const auto* const side : {"baseline", "candidate"}) {
    for (const auto* const what : {"runs", "value", "low", "high", "spread", "ceiling", "absent"})
      headings.push_back(fmt::format("{}_{}", side, what));
  }
  headings.insert(headings.end(), {"log_ratio", "log_ratio_low", "log_ratio_high", "bootstrap_low",
                                   "bootstrap_high", "p_rank", "p_rank_holm", "verdict"});
  auto text = csv_line(headings);
  for (const auto& report : reports) {
    for (const auto& row : report.comparison.rows) {
      auto cells = cells_of(row);
      if (several) cells.insert(cells.begin(), report.candidate.name);
      text += csv_line(cells);
    }
  }
  return text;
}

}  // namespace gpupass::study
