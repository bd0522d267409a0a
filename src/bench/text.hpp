// SPDX-License-Identifier: GPL-2.0-or-later
// A run, and the table of cases, for people.
#pragma once

#include <string>
#include <vector>

#include "bench/case.hpp"
#include "gpupass/bench/run.hpp"

namespace gpupass::bench {

/// A table of the measurements by key, what went wrong below it, and the gates that did not hold.
[[nodiscard]] std::string text_of(const Run& run, int width, bool colour);

/// A case, and why it cannot run here; empty: it can.
struct Listed {
  const Case* row;
  std::string missing;
};
[[nodiscard]] std::string text_of(const std::vector<Listed>& cases, int width, bool colour);
[[nodiscard]] std::string json_of(const std::vector<Listed>& cases);

}  // namespace gpupass::bench
