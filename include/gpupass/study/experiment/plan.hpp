// SPDX-License-Identifier: GPL-2.0-or-later
// The plan of an experiment, decided before anything is measured and kept in its folder as plan.json.
// No other state is kept: a run is done if its file exists.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/identity.hpp"
#include "gpupass/study/experiment/arm.hpp"

namespace gpupass::study {

/// What makes it this experiment: the same folder with anything of it changed is another one's.
struct ExperimentSettings {
  std::vector<std::string> functions;  // of the card, by address; none: what is measured needs no card
  std::string vm;                      // the guest of --image or --domain; empty: there is none
  std::string uri;
  std::string image;                 // that the guest is made from; empty: the guest is the user's own
  std::vector<std::string> create;   // more for `gpupass guest create`
  std::vector<std::string> options;  // for gpupass-bench, on both sides
  int blocks = 0;
  std::string program_sha256;
  // By their words, the baseline first; none: the host and the guest `vm`
  std::vector<std::string> arms = {};
  bool operator==(const ExperimentSettings&) const = default;
};

/// Of settings that were checked: their arms, the baseline first.
[[nodiscard]] std::vector<Arm> planned_arms(const ExperimentSettings& settings);
[[nodiscard]] std::vector<std::string> roles_of(const ExperimentSettings& settings);
/// The domains among them.
[[nodiscard]] std::vector<std::string> guests_of(const ExperimentSettings& settings);

/// The groups that options of gpupass-bench name: `--group=pci`, `--group pci`.
[[nodiscard]] std::set<std::string> groups_asked_for(const std::vector<std::string>& options);

struct PlannedRun {
  int block = 0;                           // from 1 on
  int order = 0;                           // from 1 on, in the block
  std::string role;                        // of its arm: "host", "guest", "podman"
  [[nodiscard]] std::string file() const;  // "block-03-host.json"
  bool operator==(const PlannedRun&) const = default;
};

struct ExperimentPlan {
  ExperimentSettings settings;
  std::uint64_t seed = 0;  // of the order, and with the block's number added of the runs
  std::string created;     // UTC
  std::string version;     // gpupass's
  std::vector<PlannedRun> runs;
  std::map<PciAddress, Identity> identities = {};  // what was to be measured, of each of the functions
  bool operator==(const ExperimentPlan&) const = default;
};

/// A run of each role in each block. Equally many blocks begin with each of them (where that does not come
/// out even, chance says with which one more), and the others follow in random order, all drawn from the
/// seed.
[[nodiscard]] std::vector<PlannedRun> random_order(const std::vector<std::string>& roles, int blocks,
                                                   std::uint64_t seed);

[[nodiscard]] std::string to_json(const ExperimentPlan& plan);
/// Error: invalid.
[[nodiscard]] Result<ExperimentPlan> plan_from_json(const std::string& text);

/// What of the settings is not the same, in words; empty if nothing is.
[[nodiscard]] std::string difference(const ExperimentSettings& there, const ExperimentSettings& asked);

/// How long runs took, by role, and what that says of those to come.
class Pace {
 public:
  void took(const std::string& role, double seconds);
  /// Seconds; below zero where nothing is known yet. A role that was not seen is taken to be like the others.
  [[nodiscard]] double left(const std::vector<PlannedRun>& runs) const;

 private:
  struct Mean {
    double sum = 0;
    int count = 0;
  };
  [[nodiscard]] Mean of(const std::string& role) const;
  std::map<std::string, Mean> means_;
};

/// "40 s", "12 min", "3 h 20 min"
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace gpupass::study
