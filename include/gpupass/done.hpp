// SPDX-License-Identifier: GPL-2.0-or-later
// The result of a request to change something.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gpupass/plan.hpp"

namespace gpupass {

/// The state after a plan was carried out, or that was already so.
struct Outcome {
  Outcome(std::string is_so, std::string whose = {}, std::vector<Step> left = {})  // NOLINT: a text is one
      : text(std::move(is_so)), domain(std::move(whose)), remaining(std::move(left)) {}
  std::string text;
  std::string domain;           // that the devices go to or come from; empty: none
  std::vector<Step> remaining;  // what a person still has to do
};

/// How a request ended. On a dry run: what its plan is, and would come to.
struct Done {
  Plan plan;
  Outcome outcome;
  bool changed = false;                            // false: it was all so before
  std::optional<DefineDomain> configuration = {};  // of the domain concerned, before and after
};

}  // namespace gpupass
