// SPDX-License-Identifier: GPL-2.0-or-later
// Small things with text that several folders need.
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupass::core {

/// Without white space at either end.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Pieces between separators; empty pieces are left out.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
/// Pieces between any white space.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);
// The pieces lie in the text: one that ends with the expression would leave them dangling.
template <std::same_as<std::string> Temporary>
std::vector<std::string_view> split(Temporary&& text, char separator) = delete;
template <std::same_as<std::string> Temporary>
std::vector<std::string_view> words(Temporary&& text) = delete;

/// The whole text as a number in this base, without sign or blanks; nothing for anything else.
/// A 0x before hexadecimal digits is accepted when base is 16.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, int base = 10);

/// "one", "one and two", "one, two and three".
[[nodiscard]] std::string enumerate(const std::vector<std::string>& items);

/// How many letters must be put in, taken out or replaced to make one word of the other (Levenshtein).
[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b);

/// UTC to the second: "2026-11-22T12:35:21Z".
[[nodiscard]] std::string iso_time(std::chrono::system_clock::time_point time);

}  // namespace gpupass::core
