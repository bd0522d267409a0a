// SPDX-License-Identifier: GPL-2.0-or-later
// The rules' functions, and how a finding is made.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gpupass/container/machine.hpp"
#include "gpupass/finding.hpp"

namespace gpupass::container {

/// One that keeps containers from a card, or of everything where no card is named.
[[nodiscard]] inline Finding keeps(std::optional<PciAddress> card, std::string what,
                                   std::vector<Evidence> evidence, std::string remedy) {
  return {{},
          Severity::blocks,
          Consent::impossible,
          card,
          std::move(what),
          std::move(evidence),
          std::move(remedy)};
}
/// One of weight for some containers only.
[[nodiscard]] inline Finding may_keep(std::string what, std::vector<Evidence> evidence, std::string remedy) {
  return {
      {}, Severity::warns, Consent::impossible, {}, std::move(what), std::move(evidence), std::move(remedy)};
}
[[nodiscard]] inline Finding well(std::string what, std::vector<Evidence> evidence) {
  return {{}, Severity::fine, Consent::impossible, {}, std::move(what), std::move(evidence), {}};
}

[[nodiscard]] std::vector<Finding> driver_versions(const Machine& machine);
[[nodiscard]] std::vector<Finding> device_nodes(const Machine& machine);
[[nodiscard]] std::vector<Finding> cdi_files(const Machine& machine);
[[nodiscard]] std::vector<Finding> cdi_names(const Machine& machine);
[[nodiscard]] std::vector<Finding> cdi_current(const Machine& machine);
[[nodiscard]] std::vector<Finding> docker_confined(const Machine& machine);
[[nodiscard]] std::vector<Finding> selinux_labels(const Machine& machine);
[[nodiscard]] std::vector<Finding> toolkit_legacy(const Machine& machine);

}  // namespace gpupass::container
