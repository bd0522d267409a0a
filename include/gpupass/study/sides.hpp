// SPDX-License-Identifier: GPL-2.0-or-later
// The two sides of a comparison, made of runs that were read.
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
/// Error: usage, for a word that is no group.
[[nodiscard]] Result<std::set<bench::Group>> groups_of(const std::vector<std::string>& words);

/// Error: usage. Runs of host and guest in one side would make one distribution of two.
[[nodiscard]] Result<> refuse_mixed_roles(const RunFiles& side);

/// Both sides with what is chosen of them and the control, named by their runs' roles where these tell them
/// apart. Errors: not_found, where nothing fits; usage, where a side has runs of different roles or both have
/// the same run.
struct Sides {
  bench::Side baseline, candidate;
};
[[nodiscard]] Result<Sides> make_sides(RunFiles baseline, RunFiles candidate, const Chosen& chosen);

}  // namespace gpupass::study
