// SPDX-License-Identifier: GPL-2.0-or-later
// The words that stand for our enumerations in documents and on command lines.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "gpupass/bench/measurement.hpp"

namespace gpupass::bench {

template <class Value>
struct Name {
  Value value;
  const char* name;
};

inline constexpr std::array k_groups = {
    Name<Group>{Group::latency, "latency"}, Name<Group>{Group::transfer, "transfer"},
    Name<Group>{Group::device, "device"},   Name<Group>{Group::application, "application"},
    Name<Group>{Group::pci, "pci"},         Name<Group>{Group::processor, "processor"},
};

inline constexpr std::array k_statuses = {
    Name<Status>{Status::passed, "passed"},
    Name<Status>{Status::failed, "failed"},
    Name<Status>{Status::waived, "waived"},
    Name<Status>{Status::error, "error"},
};

inline constexpr std::array k_betters = {
    Name<Better>{Better::lower, "lower"},
    Name<Better>{Better::higher, "higher"},
};

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

}  // namespace gpupass::bench
