// SPDX-License-Identifier: GPL-2.0-or-later
// The differences between the machines' descriptions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::study {

/// Facts of `env` and `tool` that are not the same in all runs of both sides, those that matter first.
[[nodiscard]] std::vector<bench::Difference> differences(const bench::Side& baseline,
                                                         const bench::Side& candidate);

/// What facts are to a comparison, and what a report says of one that differs.
struct FactKind {
  std::string_view prefix;  // of their names
  bench::Difference::Weight weight;
  const char* meaning;  // "not the same driver"; empty for other
};
[[nodiscard]] FactKind kind_of(const std::string& fact);

/// A fact's name and value.
struct Fact {
  std::string name;  // "gpu.uuid"
  std::string value;
};

/// The scalars of env and tool of one run, by name; what changes with the time of day alone is left out.
[[nodiscard]] std::vector<Fact> facts(const bench::Run& run);

}  // namespace gpupass::study
