// SPDX-License-Identifier: GPL-2.0-or-later
// The content of a report, independent of its format: the same words and tables for a terminal, Markdown and
// HTML.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::study {

/// What is reported: the comparison, and the runs it was made of.
struct Report {
  bench::Side baseline, candidate;  // a candidate without runs: one side alone
  bench::Comparison comparison;
};

/// Compares the two sides.
[[nodiscard]] Report make_report(bench::Side baseline, bench::Side candidate,
                                 const bench::ComparisonSettings& settings);

/// A report for each candidate beside one baseline, judged together; one without a candidate for a baseline
/// alone. At least one.
using Reports = std::vector<Report>;
/// Of sides, the baseline first.
[[nodiscard]] Reports make_reports(std::vector<bench::Side> sides, const bench::ComparisonSettings& settings);
/// The worst of their answers; nothing if nothing was compared.
[[nodiscard]] std::optional<bench::Answer> answer_of(const Reports& reports);

struct Heading {
  std::string words;
  bool numbers = false;  // the column is set flush right
};

/// Cells are plain text.
struct DataTable {
  std::string title;
  std::vector<Heading> headings;
  std::vector<std::vector<std::string>> rows;
};

/// What was measured on what, and when: "NVIDIA H100 80GB HBM3 · Intel Xeon · kernel 6.12.3 · driver
/// 580.95.05 · 2026-11-26". What differs between the runs is all named.
[[nodiscard]] std::string setting(const Reports& reports);

/// The answer in plain words, without statistics; empty if only one side was given.
[[nodiscard]] std::string verdict(const bench::Comparison& comparison);

/// The answer in one sentence for each judged group: how much, how surely, against what margin.
[[nodiscard]] std::string headline(const bench::Comparison& comparison);

/// Runs, design and method in two or three sentences.
[[nodiscard]] std::string method(const bench::Comparison& comparison);

/// What does each cost: a row for each candidate in each group, those of a group beside each other.
[[nodiscard]] DataTable cost_table(const Reports& reports);

/// A row a group: its mean, its judgement, its worst case.
[[nodiscard]] DataTable group_table(const bench::Comparison& comparison);

/// A case's value on both sides: "1.20 µs → 1.32 µs"; that of one where only one has it.
[[nodiscard]] std::string absolute(const bench::Row& row);

/// A row for each statistic of each measurement that either side has.
[[nodiscard]] DataTable case_table(const bench::Comparison& comparison, bench::Group group);

/// What some run has no result of, and why. Empty if every run has all.
[[nodiscard]] DataTable absent_table(const bench::Comparison& comparison);

/// What is not the same everywhere, those facts first that matter.
[[nodiscard]] DataTable difference_table(const bench::Comparison& comparison);

/// What is the same everywhere.
[[nodiscard]] DataTable common_facts(const Report& report);

/// A row a run: when, which seed and block, what it counted, which gates it did not meet.
[[nodiscard]] DataTable run_table(const Report& report);

/// Kinds of check and formulas of ceilings, for each measurement.
[[nodiscard]] DataTable evidence_table(const Report& report);

}  // namespace gpupass::study
