// SPDX-License-Identifier: GPL-2.0-or-later
// Making findings: one short function per severity, so that a rule reads like its message.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gpupass/finding.hpp"
#include "gpupass/judge/facts.hpp"

namespace gpupass::judge {

/// What a finding is about: a function, or the machine.
using About = std::optional<PciAddress>;
constexpr std::nullopt_t k_machine = std::nullopt;

[[nodiscard]] inline Finding fine(About about, std::string what, std::vector<Evidence> evidence = {}) {
  return {{}, Severity::fine, Consent::impossible, about, std::move(what), std::move(evidence), {}};
}

/// One finding for functions that are all fine in the same way, none for none: "0000:01:00.0 and
/// 0000:01:00.1 " and then the verb in its number.
[[nodiscard]] inline std::vector<Finding> all_fine(const std::vector<PciAddress>& functions,
                                                   const std::string& singular, const std::string& plural,
                                                   std::vector<Evidence> evidence) {
  if (functions.empty()) return {};
  const auto& verb = functions.size() == 1 ? singular : plural;
  return {fine(functions.front(), names(functions) + " " + verb, std::move(evidence))};
}

[[nodiscard]] inline Finding unmeasured(About about, std::string what, std::vector<Evidence> evidence,
                                        std::string remedy) {
  return {{},
          Severity::unmeasured,
          Consent::impossible,
          about,
          std::move(what),
          std::move(evidence),
          std::move(remedy)};
}

[[nodiscard]] inline Finding warns(About about, std::string what, std::vector<Evidence> evidence,
                                   std::string remedy) {
  return {{},
          Severity::warns,
          Consent::impossible,
          about,
          std::move(what),
          std::move(evidence),
          std::move(remedy)};
}

[[nodiscard]] inline Finding blocks(Consent consent, About about, std::string what,
                                    std::vector<Evidence> evidence, std::string remedy) {
  return {{}, Severity::blocks, consent, about, std::move(what), std::move(evidence), std::move(remedy)};
}

template <class Value>
void append(std::vector<Value>& values, std::vector<Value> more) {
  for (auto& value : more) values.push_back(std::move(value));
}

}  // namespace gpupass::judge
