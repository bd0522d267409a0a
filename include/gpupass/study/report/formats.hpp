// SPDX-License-Identifier: GPL-2.0-or-later
// A report in each of its formats.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gpupass/study/report/content.hpp"

namespace gpupass::study {

// With several candidates each form has what they cost beside each other first, and then each of them. With
// one it is that of this comparison.

/// Tables for a terminal of so many columns.
[[nodiscard]] std::string to_text(const Reports& reports, int columns, bool colour);

[[nodiscard]] std::string to_markdown(const Reports& reports);

/// One document with everything in it: no script, no font and no picture from elsewhere.
[[nodiscard]] std::string to_html(const Reports& reports);

/// A line a row of each comparison, numbers unrounded, in SI units (RFC 4180); of several the candidate's
/// name comes first.
[[nodiscard]] std::string to_csv(const Reports& reports);

/// The schema gpupass.bench.comparison/1, or with several candidates gpupass.bench.comparisons/1, which has
/// one of those for each. docs/benchmark.md says what is in it.
[[nodiscard]] nlohmann::ordered_json to_json(const Reports& reports);

}  // namespace gpupass::study
