// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "cli/bench_files.hpp"
#include "gpupass/study/report/formats.hpp"

namespace gpupass::cli {

/// What the runs of all sides, as the options narrow and judge them, come to.
[[nodiscard]] Result<study::Reports> reports_of(const Sides& sides, const ComparisonOptions& options);

/// Says what runs come to: the comparison where there is more than one side, and a report where `file` names
/// one. Returns the exit status of `gpupass bench compare`; 0 where there is one side alone.
[[nodiscard]] Result<int> answer(Context& context, const Sides& sides, const ComparisonOptions& options,
                                 const std::string& file);

}  // namespace gpupass::cli
