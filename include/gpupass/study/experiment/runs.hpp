// SPDX-License-Identifier: GPL-2.0-or-later
// Runs in files, as the sides of a comparison.
#pragma once

#include <string>
#include <vector>

#include "gpupass/bench/run.hpp"
#include "gpupass/study/sides.hpp"

namespace gpupass::study {

/// A file of the caller's. Error: as of Host::read().
[[nodiscard]] Result<std::string> read_input(const std::string& path);

/// The runs in these files, and in the files *.json of these folders. Error: invalid, naming the file.
[[nodiscard]] Result<std::vector<bench::Run>> load_runs(const std::vector<std::string>& paths);
/// They, for another tool: google-benchmark or benchstat. Error: usage, for any other format.
[[nodiscard]] Result<std::string> exported(const std::string& format, const std::vector<std::string>& paths);
/// Whether these runs could be one side of a comparison. Error: usage, if they have different roles.
[[nodiscard]] Result<void> check_side(const std::vector<std::string>& paths);

/// For a report that is written after hours: its form, and whether it could be written now. Errors: usage,
/// not_found, denied.
[[nodiscard]] Result<void> check_report(const std::string& file);

/// Files and folders of runs, by side, the baseline first.
using SideFiles = std::vector<std::vector<std::string>>;
/// The sides with what is chosen of them and the control. Errors: as of make_sides(), and of files that are
/// no runs.
[[nodiscard]] Result<std::vector<bench::Side>> load_sides(const SideFiles& files, const Chosen& chosen);

}  // namespace gpupass::study
