// SPDX-License-Identifier: GPL-2.0-or-later
// Figures with a unit, as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gpupass::core {

/// Three significant digits and a prefix: "55.1 GB/s", "1.20 µs", "798 TFLOP/s"; a rate of events, of unit
/// "1/s", is "6.50 M/s".
[[nodiscard]] std::string quantity(double value, const std::string& unit);

/// A value and its interval with one prefix: "55.1 [54.9, 55.3] GB/s".
[[nodiscard]] std::string quantity(double value, double low, double high, const std::string& unit);

/// A number of bytes, exactly: "3 GiB", "1536 MiB"; the largest unit that leaves nothing over.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// "1%" and "0.01" are 0.01; nothing for text that is neither. Any number: its range is the caller's.
[[nodiscard]] std::optional<double> fraction(std::string_view text);

}  // namespace gpupass::core
