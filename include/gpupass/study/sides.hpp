// SPDX-License-Identifier: GPL-2.0-or-later
// The sides of a comparison, made from runs that were read: a baseline, and what is compared with it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::study {

/// Runs, and the file that each was read from, by the run's id.
struct RunFiles {
  std::vector<bench::Run> runs;
  std::map<std::string, std::string> files;
};

/// What is compared: what fits one of the globs and is of one of the groups; of either, none means all.
struct Chosen {
  std::vector<std::string> globs;
  std::set<bench::Group> groups;
};
/// Error: usage, for a word that is not a group.
[[nodiscard]] Result<std::set<bench::Group>> groups_of(const std::vector<std::string>& words);

/// Error: usage. Runs of host and guest in one side would make one distribution of two.
[[nodiscard]] Result<> refuse_mixed_roles(const RunFiles& side);

/// The sides with what is chosen of them and the control, the baseline first, named by their runs' roles
/// where these tell them apart. Errors: not_found, if nothing fits; usage, if a side has runs of
/// different roles or two have the same run.
[[nodiscard]] Result<std::vector<bench::Side>> make_sides(std::vector<RunFiles> files, const Chosen& chosen);

}  // namespace gpupass::study
