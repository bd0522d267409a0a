// SPDX-License-Identifier: GPL-2.0-or-later
// A card measured alternately on the host, in containers and in guests.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gpupass/run/create.hpp"
#include "gpupass/study/experiment/plan.hpp"
#include "gpupass/study/experiment/runs.hpp"

namespace gpupass::study {

/// The guest that is made where an image is named.
inline constexpr const char* k_guest_of_ours = "gpupass-experiment";

struct ExperimentRequest {
  ExperimentSettings settings;
  session::Functions functions;          // of the card; none: what is measured needs no card
  run::CreateRequest create;             // of the guest, where an image is named
  std::string folder;                    // absolute; the plan and the results are kept there
  std::string program;                   // gpupass-bench
  std::uint64_t seed = 0;                // of the order, if it is a new one
  std::chrono::milliseconds patience{};  // until a guest answers, or is off
  std::chrono::milliseconds limit{};     // that one run may last
  bool keep = false;                     // keep the guest that was made
};

/// The current state of an experiment.
struct Experiment {
  ExperimentPlan plan;
  std::vector<PlannedRun> missing;  // their results are not there
  std::size_t cases = 0;            // that a run has on this host
  bool was_killed = false;          // and left something that is to be undone first

  [[nodiscard]] bool is_over() const { return missing.empty() && !was_killed; }

  /// The files of its results, by arm, the baseline first.
  [[nodiscard]] SideFiles files(const std::string& folder) const;
  /// From counts of cases, not from anything measured: the first block tells more.
  [[nodiscard]] double guessed_seconds() const;
};

/// What is to be done of what was asked for. Errors: unsupported, if none of the cases can run here;
/// refused, for a folder that is another experiment's, or another card than it had.
[[nodiscard]] Result<Experiment> look(session::World& world, const ExperimentRequest& request);

/// Everything that would stop a later step, as far as a look can tell; a person is asked once, for all runs.
[[nodiscard]] Result<void> refuse_what_cannot_be(session::World& world, const session::Manner& manner,
                                                 const ExperimentRequest& request,
                                                 const Experiment& experiment);

/// Measures what is missing. Whatever happens the card is home after, and the guest off.
[[nodiscard]] Result<void> carry_out(session::World& world, session::Requester& requester,
                                     const ExperimentRequest& request, const Experiment& experiment);

}  // namespace gpupass::study
