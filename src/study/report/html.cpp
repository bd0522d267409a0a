// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/study/report/formats.hpp"
#include "study/report/figures.hpp"
#include "study/report/markup.hpp"
#include "study/report/notices.hpp"
#include "study/report/page_style.hpp"

namespace gpupass::study {
namespace {

/// Text in which no line ends between a number and its per cent sign.
std::string prose(std::string_view text) {
  auto safe = escape(text);
  for (auto at = safe.find(" %"); at != std::string::npos; at = safe.find(" %", at))
    safe.replace(at, 1, "&#160;");
  return safe;
}

/// Each cell has its heading with it: where there is no room for columns, the cells stand below each other.
std::string table_of(const DataTable& table, const char* style) {
  std::string head, body;
  for (const auto& heading : table.headings)
    head += element("th", {{"scope", "col"}, {"class", heading.numbers ? "right" : "left"}},
                    escape(heading.words));
  for (const auto& row : table.rows) {
    std::string cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto& heading = table.headings[i];
      cells += element("td", {{"class", heading.numbers ? "right" : "left"}, {"data-name", heading.words}},
                       prose(row[i]));
    }
    body += element("tr", {}, cells) + "\n";
  }
  const auto content = element("thead", {}, element("tr", {}, head)) + element("tbody", {}, body);
  return element("div",
                 {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", table.title}},
                 element("table", {{"class", style}}, content)) +
         "\n";
}

std::string folded(const DataTable& table) {
  if (table.rows.empty()) return "";
  return element("details", {},
                 element("summary", {}, escape(fmt::format("{} ({})", table.title, table.rows.size()))) +
                     table_of(table, "cases")) +
         "\n";
}

std::string html_list(const char* heading, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string content;
  for (const auto& item : items) content += element("li", {}, prose(item)) + "\n";
  return element("h3", {}, heading) + element("ul", {}, content);
}

/// Figures without a heading of their own.
std::string bare(const std::vector<Figure>& figures) {
  std::string content;
  for (const auto& figure : figures)
    content += element("figure", {}, element("figcaption", {}, escape(figure.title)) + figure.svg) + "\n";
  return content;
}

std::string section(const char* heading, const char* explanation, const std::vector<Figure>& figures) {
  if (figures.empty()) return "";
  return element("h2", {}, heading) + element("p", {{"class", "soft"}}, explanation) +
         element("div", {{"class", "figures"}}, bare(figures)) + "\n";
}

constexpr const char* k_signs =
    "In brackets is the interval that holds the difference. A plus is slower and a minus is faster, "
    "everywhere on this page.";

// What the marks of the forest mean; their shapes are those of forest.cpp.
constexpr const char* k_legend =
    R"svg(<ul class="legend">
<li><svg viewBox="0 0 16 16" aria-hidden="true"><circle class="equivalent" cx="8" cy="8" r="5"/></svg> equivalent: the interval lies within the margin</li>
<li><svg viewBox="0 0 16 16" aria-hidden="true"><polygon class="slower" points="3,2 14,8 3,14"/></svg> slower, beyond the margin</li>
<li><svg viewBox="0 0 16 16" aria-hidden="true"><polygon class="faster" points="13,2 2,8 13,14"/></svg> faster, beyond the margin</li>
<li><svg viewBox="0 0 16 16" aria-hidden="true"><circle class="inconclusive" cx="8" cy="8" r="5"/></svg> too uncertain to tell: more runs would</li>
<li><svg viewBox="0 0 16 16" aria-hidden="true"><polygon class="mean equivalent" points="0,8 8,3 16,8 8,13"/></svg> geometric mean of a group</li>
<li><svg viewBox="0 0 16 16" aria-hidden="true"><rect class="band" x="1" y="1" width="14" height="14"/></svg> the margin</li>
</ul>
)svg";

// Bars of the candidate are striped, for eyes and printers that see no colours.
constexpr const char* k_stripes =
    R"svg(<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs><pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="stripe" x1="0" y1="0" x2="0" y2="5"/></pattern></defs></svg>
)svg";

/// `who` stands before it, where a page has several.
std::string answer_of(const bench::Comparison& comparison, const std::string& who = {}) {
  const std::string style = comparison.answer ? std::string("answer ") + name(*comparison.answer) : "answer";
  const auto words = comparison.answer ? verdict(comparison) : headline(comparison);
  return element("p", {{"class", style}}, prose(who + words));
}

/// What a reader needs who doubts: the statistics, and what was noticed beside them.
std::string footnotes(const bench::Comparison& comparison) {
  auto text = element("h2", {}, "Method");
  if (comparison.answer) text += element("p", {}, prose(headline(comparison)));
  return text + element("p", {}, prose(method(comparison))) +
         html_list("Remarks", sentences(comparison, comparison.remarks));
}

std::string case_tables(const bench::Comparison& comparison) {
  std::string text = element("h2", {}, "All figures");
  for (const auto& group : comparison.groups) {
    const auto table = case_table(comparison, group.group);
    if (!table.rows.empty()) text += element("h3", {}, escape(table.title)) + table_of(table, "cases");
  }
  return text;
}

/// All of one comparison below its answer. `prefix` is before the ids of its figures.
std::string sections_of(const Report& report, const Prefix& prefix) {
  const auto& comparison = report.comparison;
  auto text = bare(speeds(comparison, prefix));
  text += html_list("Not to be trusted", sentences(comparison, comparison.doubts));
  text += html_list("Beyond the margin", sentences(comparison, comparison.findings));
  text += html_list("Open", sentences(comparison, comparison.open));
  if (comparison.answer) {
    text += element("h2", {}, "Groups") + table_of(group_table(comparison), "cases") +
            element("p", {{"class", "soft"}}, k_signs);
    text +=
        section("Differences",
                "How much slower or faster, with the interval; the band is the margin. Right of the dashed "
                "line is slower.",
                forests(comparison, prefix));
    text += k_legend;
  }
  text += section("Run by run",
                  "Every run at the time at which it began. Above the mean is slower. Points that climb or "
                  "jump show that the machine changed while it was measured.",
                  timelines(comparison, report.baseline, report.candidate, prefix));
  text += section("Latencies",
                  "The share of samples that took at most this long. Each step upwards leaves a tenth of "
                  "the samples beyond it: the further right a line ends, the longer the longest waits.",
                  distributions(comparison, report.baseline, report.candidate, prefix));
  text += section("Over size", "Medians, with intervals over the runs.", curves(comparison, prefix));
  text += section("Against the ceiling",
                  "Medians as a share of what the hardware cannot exceed, computed from its own attributes.",
                  ceilings(comparison, prefix));
  text += case_tables(comparison);
  text += folded(absent_table(comparison));
  text += element("h2", {}, "Machines and runs");
  const auto differences = difference_table(comparison);
  if (!differences.rows.empty())
    text += element("h3", {}, escape(differences.title)) + table_of(differences, "cases");
  text += folded(common_facts(report)) + folded(run_table(report)) + folded(evidence_table(report));
  return text + footnotes(comparison);
}

std::string title_of(const Report& report) {
  return report.comparison.answer
             ? fmt::format("{} beside {}", report.comparison.candidate, report.comparison.baseline)
             : fmt::format("What {} measured", report.comparison.baseline);
}

/// What the arms cost beside each other, and each of them folded below.
std::string arms_of(const Reports& reports) {
  std::string text;
  std::vector<bench::Comparison> comparisons;
  for (const auto& report : reports) {
    text += answer_of(report.comparison, report.candidate.name + ": ");
    comparisons.push_back(report.comparison);
  }
  const auto costs = cost_table(reports);
  text += element("h2", {}, escape(costs.title)) + table_of(costs, "cases") +
          element("p", {{"class", "soft"}}, k_signs);
  text += section(
      "Differences",
      "The mean of each group's cases, a row an arm, with the interval; the band is the margin. Right "
      "of the dashed line is slower.",
      forests_of_arms(comparisons));
  text += k_legend;
  text += element("h2", {}, "Arm by arm");
  for (std::size_t i = 0; i < reports.size(); ++i)
    text += element("details", {},
                    element("summary", {}, escape(title_of(reports[i]))) +
                        sections_of(reports[i], fmt::format("arm-{}-", i + 1))) +
            "\n";
  return text;
}

std::string body_of(const Reports& reports, const std::string& heading) {
  const auto& first = reports.front();
  const auto head = k_stripes + element("h1", {}, escape(heading)) +
                    element("p", {{"class", "soft"}}, prose(setting(reports)));
  return head +
         (reports.size() > 1 ? arms_of(reports) : answer_of(first.comparison) + sections_of(first, ""));
}

}  // namespace

std::string to_html(const Reports& reports) {
  const auto heading = reports.size() > 1
                           ? fmt::format("What each costs beside {}", reports.front().baseline.name)
                           : title_of(reports.front());
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      escape(heading), k_page_style, body_of(reports, heading));
}

}  // namespace gpupass::study
