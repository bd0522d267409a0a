// SPDX-License-Identifier: GPL-2.0-or-later
// What an experiment is to be, decided before anything is measured and kept in its folder as plan.json.
// Nothing else is kept of where it stands: a run is done if its file is there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/identity.hpp"

namespace gpupass::study {

/// What makes it this experiment: the same folder with anything of it changed is another one's.
struct ExperimentSettings {
  std::vector<std::string> functions;  // of the card, by address
  std::string vm;
  std::string uri;
  std::string image;                 // that the guest is made from; empty: the guest is the user's own
  std::vector<std::string> create;   // more for `gpupass guest create`
  std::vector<std::string> options;  // for gpupass-bench, on both sides
  int blocks = 0;
  std::string program_sha256;
  bool operator==(const ExperimentSettings&) const = default;
};

struct PlannedRun {
  int block = 0;                           // from 1 on
  int order = 0;                           // 1 or 2, in the block
  std::string role;                        // "host" or "guest"
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

/// A host's and a guest's run in each block; half the blocks begin with the host (of an odd number one half
/// of the two chances has one more), in an order drawn from the seed.
[[nodiscard]] std::vector<PlannedRun> random_order(int blocks, std::uint64_t seed);

[[nodiscard]] std::string to_json(const ExperimentPlan& plan);
/// Error: invalid.
[[nodiscard]] Result<ExperimentPlan> plan_from_json(const std::string& text);

/// What of the settings is not the same, in words; empty where nothing is.
[[nodiscard]] std::string difference(const ExperimentSettings& there, const ExperimentSettings& asked);

/// How long runs took, by role, and what that says of those to come.
class Pace {
 public:
  void took(const std::string& role, double seconds);
  /// Seconds; below zero where nothing is known yet. A role that was not seen is taken to be like the other.
  [[nodiscard]] double left(const std::vector<PlannedRun>& runs) const;

 private:
  struct Mean {
    double sum = 0;
    int count = 0;
  };
  [[nodiscard]] const Mean& of(const std::string& role) const;
  Mean host_, guest_;
};

/// "40 s", "12 min", "3 h 20 min"
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace gpupass::study
