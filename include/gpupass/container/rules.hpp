// SPDX-License-Identifier: GPL-2.0-or-later
// What keeps containers from a machine's cards: rules, each a pure function in a file of its own in
// src/container/rules, each a row of the table in src/container/rules.cpp.
#pragma once

#include <span>
#include <vector>

#include "gpupass/container/machine.hpp"
#include "gpupass/finding.hpp"

namespace gpupass::container {

/// Judges one thing. It leaves Finding::rule empty: the table knows the id.
using RuleFunction = std::vector<Finding> (*)(const Machine& machine);

struct Rule {
  const char* id;       // stable: scripts and documents name it
  const char* title;    // what is asked
  const char* meaning;  // a sentence or two for a person who never heard of it
  RuleFunction function;
};

/// All rules, in the order in which they are judged and shown.
[[nodiscard]] std::span<const Rule> rules();
[[nodiscard]] std::vector<Finding> judge(const Machine& machine);

}  // namespace gpupass::container
