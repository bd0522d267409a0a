// SPDX-License-Identifier: GPL-2.0-or-later
// Figures as people read them.
#pragma once

#include <string>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::bench_report {

/// Three significant digits and a prefix: "55.1 GB/s", "1.20 µs", "798 TFLOP/s".
[[nodiscard]] std::string quantity(double value, const std::string& unit);

/// A value and its interval with one prefix: "55.1 [54.9, 55.3] GB/s".
[[nodiscard]] std::string quantity(double value, const std::optional<bench::Interval>& interval,
                                   const std::string& unit);

/// A share as per cent: "87.4 %".
[[nodiscard]] std::string share(double fraction);

/// "0.031", "< 0.001"
[[nodiscard]] std::string p_value(double p);

}  // namespace gpupass::bench_report
