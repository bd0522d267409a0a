// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/findings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/names.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/core/wrap.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::report {
namespace {

constexpr std::size_t k_evidence_indent = 11;  // of what was found: two blanks, the severity's eight, a blank

struct Label {
  Severity severity;
  const char* text;
  Style style;
};

constexpr std::array k_labels = {
    Label{Severity::fine, "ok", Style::green},
    Label{Severity::unmeasured, "UNKNOWN", Style::yellow},
    Label{Severity::warns, "WARN", Style::yellow},
    Label{Severity::blocks, "BLOCKS", Style::red},
};

/// A paragraph below a finding: "read    /proc/cmdline: …".
std::string note(const char* word, const std::string& text, const FindingsView& view) {
  constexpr std::size_t k_word = 8;
  return std::string(k_evidence_indent, ' ') +
         styled(fmt::format("{:<{}}", word, k_word), Style::dim, view.colour) +
         core::wrapped(text, static_cast<std::size_t>(view.columns), k_evidence_indent + k_word) + "\n";
}

std::string finding_text(const Finding& finding, const FindingsView& view) {
  const auto& [severity, word, style] = *std::ranges::find(k_labels, finding.severity, &Label::severity);
  const auto what = fmt::format("{} [{}]", finding.what, finding.rule);
  std::string text = "  " + styled(fmt::format("{:<8}", word), style, view.colour) + " " +
                     core::wrapped(what, static_cast<std::size_t>(view.columns), k_evidence_indent) + "\n";
  if (finding.severity == Severity::fine && !view.verbose) return text;
  for (const auto& [path, value] : finding.evidence) {
    text += note("read", fmt::format("{}: {}", path, value), view);
  }
  if (!finding.remedy.empty()) text += note("remedy", finding.remedy, view);
  return text;
}

constexpr std::array k_consent_names = {
    core::Name<Consent>{Consent::may_be_given, "may-be-given"},
    core::Name<Consent>{Consent::impossible, "impossible"},
};

constexpr std::array k_severity_names = {
    core::Name<Severity>{Severity::fine, "fine"},
    core::Name<Severity>{Severity::unmeasured, "unmeasured"},
    core::Name<Severity>{Severity::warns, "warns"},
    core::Name<Severity>{Severity::blocks, "blocks"},
};

const char* name(Consent consent) {
  return core::name_in(k_consent_names, consent);
}

}  // namespace

const char* name(Severity severity) {
  return core::name_in(k_severity_names, severity);
}

std::string findings_text(const std::vector<Finding>& findings, const FindingsView& view) {
  std::string text;
  for (const auto& finding : findings) text += finding_text(finding, view);
  return text;
}

core::Json to_json(const Finding& finding) {
  auto evidence = core::Json::array();
  for (const auto& [path, value] : finding.evidence) evidence.push_back({{"path", path}, {"value", value}});
  const bool blocks = finding.severity == Severity::blocks;
  return {{"rule", finding.rule},
          {"severity", name(finding.severity)},
          {"consent", blocks ? core::Json(name(finding.consent)) : core::Json(nullptr)},
          {"device", finding.device ? core::Json(to_string(*finding.device)) : core::Json(nullptr)},
          {"what", finding.what},
          {"evidence", evidence},
          {"remedy", finding.remedy.empty() ? core::Json(nullptr) : core::Json(finding.remedy)}};
}

core::Json to_json(const std::vector<Finding>& findings) {
  auto json = core::Json::array();
  for (const auto& finding : findings) json.push_back(to_json(finding));
  return json;
}

}  // namespace gpupass::report
