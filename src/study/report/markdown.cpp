// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/core/printable.hpp"
#include "gpupass/study/report/formats.hpp"
#include "study/report/notices.hpp"

namespace gpupass::study {
namespace {

/// What would end a cell or begin markup: emphasis, code, HTML, a link, a character reference.
constexpr std::string_view k_markup = "\\|*_<>`[]&~";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char letter : core::printable(text)) {
    if (k_markup.find(letter) != k_markup.npos) safe += '\\';
    safe += letter;
  }
  return safe;
}

std::string markdown_line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const auto& cell : cells) line += " " + escaped(cell) + " |";
  return line + "\n";
}

std::string section(const DataTable& table) {
  if (table.rows.empty()) return "";
  std::vector<std::string> words;
  std::string rule = "|";
  for (const auto& heading : table.headings) {
    words.push_back(heading.words);
    rule += heading.numbers ? " ---: |" : " --- |";
  }
  auto text = fmt::format("\n## {}\n\n{}{}\n", table.title, markdown_line(words), rule);
  for (const auto& row : table.rows) text += markdown_line(row);
  return text;
}

std::string markdown_list(const char* heading, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  auto text = fmt::format("\n## {}\n\n", heading);
  for (const auto& item : items) text += "- " + escaped(item) + "\n";
  return text;
}

std::string body_of(const Report& report) {
  const auto& comparison = report.comparison;
  std::string text;
  if (comparison.answer) text += fmt::format("**{}**\n\n", escaped(verdict(comparison)));
  text += fmt::format("{}\n\n{}\n", escaped(headline(comparison)), escaped(method(comparison)));
  text += markdown_list("Not to be trusted", sentences(comparison, comparison.doubts));
  text += markdown_list("Beyond the margin", sentences(comparison, comparison.findings));
  text += markdown_list("Open", sentences(comparison, comparison.open));
  text += markdown_list("Remarks", sentences(comparison, comparison.remarks));
  if (comparison.answer) text += section(group_table(comparison));
  for (const auto& group : comparison.groups) text += section(case_table(comparison, group.group));
  for (const auto& table : {absent_table(comparison), difference_table(comparison), common_facts(report),
                            run_table(report), evidence_table(report)})
    text += section(table);
  return text;
}

}  // namespace

std::string to_markdown(const Reports& reports) {
  std::string text = "# What was measured\n\n";
  if (const auto where = setting(reports); !where.empty()) text += escaped(where) + "\n\n";
  if (reports.size() == 1) return text + body_of(reports.front());
  for (const auto& report : reports)
    text +=
        fmt::format("- **{}**: {}\n", escaped(report.candidate.name), escaped(verdict(report.comparison)));
  text += section(cost_table(reports));
  for (const auto& report : reports)
    text +=
        fmt::format("\n# {} beside {}\n\n", escaped(report.candidate.name), escaped(report.baseline.name)) +
        body_of(report);
  return text;
}

}  // namespace gpupass::study
