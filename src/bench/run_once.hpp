// SPDX-License-Identifier: GPL-2.0-or-later
// One run in this process: the cases, and around them what is known of the machine.
#pragma once

#include "bench/options.hpp"
#include "bench/progress.hpp"
#include "gpupass/bench/run.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench {

/// What a run leaves behind, whole or, when a case never came back, as far as it got.
using Keep = std::function<Result<>(const Run&)>;

/// Runs what was selected. A case that does not come back within four times Settings::timeout ends the
/// process, after `keep` was given what there is. Errors: not_found, when nothing was selected.
[[nodiscard]] Result<Run> run_once(Host& host, const Options& options, Progress& progress, const Keep& keep);

/// Whether any case came to a sample: without one there is nothing to compare.
[[nodiscard]] bool any_measured(const Run& run);

/// Whether every output was right and no case broke off.
[[nodiscard]] bool all_right(const Run& run);

/// The cases that were asked for, in the table's order. Error: not_found, when none fits.
[[nodiscard]] Result<std::vector<const Case*>> selected(const Options& options);

}  // namespace gpupass::bench
