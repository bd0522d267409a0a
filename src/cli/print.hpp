// SPDX-License-Identifier: GPL-2.0-or-later
// A document for a program.
#pragma once

#include <ostream>

#include "gpupass/cli/command.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::cli {

inline void print(Terminal& terminal, const core::Json& document) {
  terminal.out << document.dump(2) << "\n";
}

}  // namespace gpupass::cli
