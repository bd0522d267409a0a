// SPDX-License-Identifier: GPL-2.0-or-later
// Which runs are compared, and how, as it is typed.
#pragma once

#include <string>
#include <vector>

#include "gpupass/study/experiment/runs.hpp"
#include "gpupass/study/report/content.hpp"

namespace gpupass::study {

struct ComparisonWords {
  std::string margin = "1%", margin_latency = "5%", margin_tail = "20%";
  std::vector<std::string> filters, groups;
};

/// Error: usage.
[[nodiscard]] Result<bench::ComparisonSettings> settings_of(const ComparisonWords& words);

/// What the runs of all sides, as the words narrow and judge them, come to. Errors: usage; as of
/// make_sides(), and of files that are no runs.
[[nodiscard]] Result<Reports> reports_of(const SideFiles& files, const ComparisonWords& words);

}  // namespace gpupass::study
