// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of `gpupass bench`, one file each; their table is in bench.cpp.
#pragma once

#include "gpupass/cli/command.hpp"

namespace gpupass::cli {

[[nodiscard]] Function bench_run, bench_compare, bench_report, bench_experiment, bench_import, bench_export;

}  // namespace gpupass::cli
