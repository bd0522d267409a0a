// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/domains.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gpupass/core/names.hpp"

namespace gpupass::report {
namespace {

constexpr std::array k_phase_texts = {
    core::Name<DomainPhase>{DomainPhase::running, "running"},
    core::Name<DomainPhase>{DomainPhase::next_start, "from its next start"},
    core::Name<DomainPhase>{DomainPhase::off, "off"},
};

/// In JSON.
constexpr std::array k_phase_names = {
    core::Name<DomainPhase>{DomainPhase::running, "running"},
    core::Name<DomainPhase>{DomainPhase::next_start, "next-start"},
    core::Name<DomainPhase>{DomainPhase::off, "off"},
};

}  // namespace

std::string domain_text(const Assignment& assignment) {
  return fmt::format("{} ({}{}{})", assignment.domain, core::name_in(k_phase_texts, assignment.phase),
                     assignment.mediated.empty() ? "" : ", a mediated device of it",
                     assignment.network.empty() ? "" : ", any of pool " + assignment.network);
}

std::string domains_text(const PciAddress& device, const std::vector<Assignment>& all) {
  std::vector<std::string> texts;
  for (const auto& one : all) {
    if (one.device == device) texts.push_back(domain_text(one));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

core::Json to_json(const Assignment& assignment) {
  return {{"device", to_string(assignment.device)},
          {"domain", assignment.domain},
          {"uri", assignment.uri},
          {"phase", core::name_in(k_phase_names, assignment.phase)},
          {"mediated", core::text_or_null(assignment.mediated)},
          {"network", core::text_or_null(assignment.network)}};
}

core::Json to_json(const LibvirtAnswer& answer) {
  return {{"uri", answer.uri},
          {"answered", answer.missing.empty()},
          {"missing", core::text_or_null(answer.missing)}};
}

}  // namespace gpupass::report
