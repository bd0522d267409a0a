// SPDX-License-Identifier: GPL-2.0-or-later
// A run with one of everything.
#pragma once

#include "gpupass/bench/run.hpp"

namespace gpupass::bench::test {

/// Two measurements: one that passed, with all that one can have, and one that was waived.
[[nodiscard]] Run example_run();

}  // namespace gpupass::bench::test
