// SPDX-License-Identifier: GPL-2.0-or-later
// The file `resource` of a PCI function: what its base address registers decode.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass::discover {

struct ParsedBars {
  std::vector<Bar> bars;  // those that exist, in order
  std::string problem;    // what was wrong with the text; empty: nothing
};

/// One line a register, "start end flags" in hexadecimal: six BARs, the expansion ROM, and for a
/// bridge its windows, which are no BARs and left out.
[[nodiscard]] ParsedBars parse_bars(std::string_view text);

}  // namespace gpupass::discover
