// SPDX-License-Identifier: GPL-2.0-or-later
// An experiment as requested on the command line, and the output of its dry run.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/run/creation.hpp"
#include "gpupass/study/experiment/comparison_words.hpp"
#include "gpupass/study/experiment/experiment.hpp"

namespace gpupass::study {

struct ExperimentWords {
  std::optional<Selector> gpu;
  session::Selection what;  // besides the card
  std::vector<std::string> arms;
  std::string image, domain;
  int blocks = 10;
  std::string folder = "experiment";
  std::string report;
  std::optional<std::uint64_t> seed;
  bool quick = false;
  std::string program;
  int limit = 7200;  // seconds
  bool keep = false;
  run::Creation creation;           // of the guest that is made
  std::vector<std::string> create;  // the same, each as one word: "--memory=64G"
  std::vector<std::string> more;    // for gpupass-bench
  ComparisonWords comparison;
  std::string uri;
  std::chrono::milliseconds patience{};
};

/// Errors: usage, if the words do not go together; as of functions_of() and read_program().
[[nodiscard]] Result<ExperimentRequest> request_of(session::World& world, const ExperimentWords& asked);

/// What would be measured where, and how long it may take.
[[nodiscard]] std::string plan_text(const ExperimentRequest& request, const Experiment& experiment,
                                    const std::string& report);

}  // namespace gpupass::study
