// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/domains.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gpupass::report {
namespace {

const char* words(DomainPhase phase) {
  switch (phase) {
    case DomainPhase::running:
      return "running";
    case DomainPhase::next_start:
      return "from its next start";
    case DomainPhase::off:
      break;
  }
  return "off";
}

/// In JSON.
const char* name(DomainPhase phase) {
  return phase == DomainPhase::next_start ? "next-start" : words(phase);
}

core::Json or_null(const std::string& text) {
  return text.empty() ? core::Json() : core::Json(text);
}

}  // namespace

std::string domain_text(const Assignment& assignment) {
  return fmt::format("{} ({}{}{})", assignment.domain, words(assignment.phase),
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
          {"phase", name(assignment.phase)},
          {"mediated", or_null(assignment.mediated)},
          {"network", or_null(assignment.network)}};
}

core::Json to_json(const LibvirtAnswer& answer) {
  return {{"uri", answer.uri}, {"answered", answer.missing.empty()}, {"missing", or_null(answer.missing)}};
}

}  // namespace gpupass::report
