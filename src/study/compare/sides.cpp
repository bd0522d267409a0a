// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/sides.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "gpupass/bench/names.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::study {
namespace {

bool is_chosen(const Chosen& chosen, const bench::Measurement& measurement) {
  const auto& [globs, groups] = chosen;
  const auto fits = [&](const std::string& glob) {
    return fnmatch(glob.c_str(), measurement.id.c_str(), 0) == 0;
  };
  return (globs.empty() || std::ranges::any_of(globs, fits)) &&
         (groups.empty() || groups.contains(measurement.group));
}

/// The control belongs to these: whether the card was the same is no question of what is asked about.
bool needs_control(const bench::Measurement& measurement) {
  return measurement.group != bench::Group::device && measurement.group != bench::Group::processor &&
         measurement.group != bench::Group::start;
}

/// Keeps what is chosen and what starts cost, and where two sides are compared the control beside it. Error:
/// not_found.
Result<> keep(std::vector<bench::Side>& sides, const Chosen& chosen) {
  if (chosen.globs.empty() && chosen.groups.empty()) return {};
  bool some = false;
  bool with_control = false;
  const auto each_run = [&](auto what) {
    for (auto& side : sides) std::ranges::for_each(side.runs, what);
  };
  each_run([&](const bench::Run& run) {
    for (const auto& measurement : run.benchmarks) {
      if (!is_chosen(chosen, measurement)) continue;
      some = true;
      with_control |= needs_control(measurement) && sides.size() > 1;
    }
  });
  if (!some)
    return fail(
        ErrorKind::not_found, "no case fits",
        "`gpupass-bench --list` shows them all; without --filter and --group all that the runs have is "
        "taken");
  each_run([&](bench::Run& run) {
    std::erase_if(run.benchmarks, [&](const bench::Measurement& measurement) {
      const bool control = with_control && measurement.group == bench::Group::device;
      const bool start = measurement.group == bench::Group::start;  // of an experiment, whatever it is about
      return !control && !start && !is_chosen(chosen, measurement);
    });
  });
  return {};
}

/// Error: usage. A run compared with itself would always be the same.
Result<> refuse_on_both_sides(const RunFiles& ours, const RunFiles& theirs) {
  for (const auto& [id, file] : theirs.files) {
    const auto other = ours.files.find(id);
    if (other == ours.files.end()) continue;
    return fail(ErrorKind::usage,
                fmt::format("the same run is on both sides of --: {} and {}", other->second, file),
                "nothing was compared; name other runs on one of the sides");
  }
  return {};
}

/// The role that all runs of a side have; empty if there are none.
std::string role_of(const std::vector<bench::Run>& runs) {
  return runs.empty() ? "" : runs.front().role;
}

}  // namespace

Result<std::set<bench::Group>> groups_of(const std::vector<std::string>& words) {
  std::set<bench::Group> groups;
  for (const auto& word : words) {
    const auto group = core::value_in(bench::k_groups, word);
    if (!group) {
      std::vector<std::string> names;
      for (const auto& row : bench::k_groups) names.emplace_back(row.name);
      return fail(ErrorKind::usage, fmt::format("there is no group '{}'", word),
                  fmt::format("the groups are {}", core::enumerate(names)));
    }
    groups.insert(*group);
  }
  return groups;
}

Result<> refuse_mixed_roles(const RunFiles& side) {
  for (const auto& run : side.runs) {
    const auto& first = side.runs.front();
    if (run.role == first.role) continue;
    return fail(ErrorKind::usage,
                fmt::format("one side has runs of different roles: {} is of {}, {} of {}",
                            side.files.at(first.id), first.role, side.files.at(run.id), run.role),
                "nothing was compared; put -- between the runs of the one and those of the other: "
                "HOST… -- GUEST…");
  }
  return {};
}

Result<std::vector<bench::Side>> make_sides(std::vector<RunFiles> files, const Chosen& chosen) {
  std::set<std::string> roles;
  for (std::size_t i = 0; i < files.size(); ++i) {
    GPUPASS_TRY(refuse_mixed_roles(files[i]));
    for (std::size_t before = 0; before < i; ++before)
      GPUPASS_TRY(refuse_on_both_sides(files[before], files[i]));
    roles.insert(role_of(files[i].runs));
  }
  const bool told_apart = roles.size() == files.size() && !roles.contains("");
  std::vector<bench::Side> sides;
  for (auto& one : files) {
    auto name = told_apart          ? role_of(one.runs)
                : sides.empty()     ? std::string("baseline")
                : files.size() == 2 ? std::string("candidate")
                                    : fmt::format("candidate {}", sides.size());
    sides.push_back({std::move(name), std::move(one.runs)});
  }
  GPUPASS_TRY(keep(sides, chosen));
  return sides;
}

}  // namespace gpupass::study
