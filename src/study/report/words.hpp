// SPDX-License-Identifier: GPL-2.0-or-later
// A difference in words: never "as fast as", always how much, how certain, and against which margin.
#pragma once

#include <optional>
#include <string>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::study {

/// A logarithm of a ratio as per cent, "0.4": what one side takes more than the other.
[[nodiscard]] double percent(double log_ratio);

/// "1", "0.5": without the sign of per cent.
[[nodiscard]] std::string margin_percent(double margin);

/// "0.4 % slower [+0.1, +0.7]", "0.1 % faster [-0.4, +0.2]": in an interval + is slower, whatever the word.
/// From ten times on "60 times as slow [55, 66]".
[[nodiscard]] std::string difference(const bench::Effect& effect);

/// "equivalent within 1 %", "beyond 1 %", "too uncertain to tell against 1 %"
[[nodiscard]] std::string judgement(const bench::Effect& effect, double margin);

/// "guest is 0.4 % slower [+0.1, +0.7], equivalent within 1 %"
[[nodiscard]] std::string sentence(const std::string& candidate, const bench::Effect& effect, double margin);

/// "h2d.pinned 64 KiB", with ", p99" after it where it is that.
[[nodiscard]] std::string title(const bench::Row& row);

/// "waived: no CUDA driver", "not run"; empty if nothing is missing.
[[nodiscard]] std::string words(const std::optional<bench::Absence>& absence);

/// "equivalent", "slower", "faster", "too uncertain to tell"
[[nodiscard]] const char* words(bench::Verdict verdict);

/// The whole answer: "within the margin", "outside the margin", "too uncertain to tell"
[[nodiscard]] const char* words(bench::Answer answer);

}  // namespace gpupass::study
