// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/consent.hpp"

#include <algorithm>
#include <iterator>

#include "gpupass/judge/judge.hpp"

namespace gpupass::session {
namespace {

Error as_error(const Finding& finding) {
  return {ErrorKind::refused, finding.what, finding.remedy, {}, {}};
}

/// Each finding with its remedy; the advice, which is for all of them, comes last.
Failure refused(const std::vector<Finding>& findings, const std::string& advice) {
  auto error = as_error(findings.front());
  std::transform(findings.begin() + 1, findings.end(), std::back_inserter(error.also), as_error);
  auto& last = error.also.empty() ? error.hint : error.also.back().hint;
  last += (last.empty() ? "" : "\n  ") + ("nothing was changed" + advice);
  return Failure(std::move(error));
}

}  // namespace

Result<void> refuse_impossible(const std::vector<Finding>& findings) {
  std::vector<Finding> impossible;
  std::ranges::copy_if(findings, std::back_inserter(impossible), judge::is_refusal);
  if (!impossible.empty()) return refused(impossible, "");
  return {};
}

Result<void> consent(const Manner& manner, const std::vector<Finding>& findings) {
  GPUPASS_TRY(refuse_impossible(findings));
  auto& requester = manner.requester;
  auto open = findings;
  std::erase_if(open, [&](const Finding& finding) { return requester.has_agreed_to(finding); });
  if (open.empty()) return {};
  if (manner.dry_run) return refused(open, "; --yes agrees to this, and --dry-run --yes shows the steps");
  switch (requester.ask(open)) {
    case Answer::yes:
      return {};
    case Answer::no:
      return refused(open, "");
    case Answer::nobody_to_ask:
      break;
  }
  return refused(open, "; --yes agrees to this");
}

}  // namespace gpupass::session
