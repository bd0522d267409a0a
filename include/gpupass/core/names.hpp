// SPDX-License-Identifier: GPL-2.0-or-later
// The words for enumerations in documents and on command lines: one table each, read both ways.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace gpupass::core {

template <class Value>
struct Name {
  Value value;
  const char* name;
};

/// "?" for a value that is not in the table.
template <class Value, std::size_t Count>
[[nodiscard]] constexpr const char* name_in(const std::array<Name<Value>, Count>& names, Value value) {
  for (const auto& row : names) {
    if (row.value == value) return row.name;
  }
  return "?";
}

/// Nothing for a word that is not in the table.
template <class Value, std::size_t Count>
[[nodiscard]] constexpr std::optional<Value> value_in(const std::array<Name<Value>, Count>& names,
                                                      std::string_view word) {
  for (const auto& row : names) {
    if (row.name == word) return row.value;
  }
  return std::nullopt;
}

}  // namespace gpupass::core
