// SPDX-License-Identifier: GPL-2.0-or-later
// A report in each of its forms.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gpupass/study/report/content.hpp"

namespace gpupass::study {

/// Tables for a terminal of so many columns.
[[nodiscard]] std::string to_text(const Report& report, int columns, bool colour);

[[nodiscard]] std::string to_markdown(const Report& report);

/// One document with everything in it: no script, no font and no picture from elsewhere.
[[nodiscard]] std::string to_html(const Report& report);

/// A line a row of the comparison, numbers unrounded, in SI units (RFC 4180).
[[nodiscard]] std::string to_csv(const bench::Comparison& comparison);

/// The schema gpupass.bench.comparison/1; docs/benchmark.md says what is in it.
[[nodiscard]] nlohmann::ordered_json to_json(const bench::Comparison& comparison);

}  // namespace gpupass::study
