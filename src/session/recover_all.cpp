// SPDX-License-Identifier: GPL-2.0-or-later
// One journal, loan or record that cannot be dealt with stops no other.
#include <algorithm>
#include <iterator>

#include "gpupass/record_files.hpp"
#include "gpupass/session/libvirt_now.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/recover.hpp"
#include "gpupass/session/unreadable.hpp"

namespace gpupass::session {
namespace {

using Errors = std::vector<Error>;
using Journals = std::vector<JournalRecord>;

void append(Errors& errors, Errors more) {
  std::ranges::move(more, std::back_inserter(errors));
}

bool is_denied(const Error& error) {
  return error.kind == ErrorKind::denied;
}

/// They stay, and are what went wrong.
void leave(const std::vector<UnreadableRecord>& records, RecoverySummary& summary, Errors& errors) {
  for (const auto& record : records) {
    summary.records.push_back({record, {}});
    errors.push_back(record.why);
  }
}

void end(RecoverySummary& summary, const std::vector<RecoveryReport>& reports, Errors errors) {
  auto ended = verdict(reports, std::move(errors));
  if (!ended) summary.error = std::move(ended).error();
}

RecoverySummary recover(World& world, const Manner& manner, const Journals& journals) {
  RecoverySummary summary;
  auto left = leftovers(world, manner.patience);
  summary.nothing_left = journals.empty() && left.empty() && left.errors.empty();
  std::vector<RecoveryReport> reports;
  for (const auto& journal : journals) {
    manner.requester.recovers(journal);
    reports.push_back(recover(world, manner, journal));
    manner.requester.recovered(reports.back());
    summary.journals.push_back({journal, reports.back()});
  }
  auto ended = end_loans_left(world, manner);
  summary.loans = std::move(left.loans);
  summary.returned = std::move(ended.loans);
  auto described = describe_returned(world, manner);
  if (described)
    summary.names = *std::move(described);
  else
    ended.errors.push_back(std::move(described).error());
  leave(left.records, summary, ended.errors);
  end(summary, reports, std::move(ended.errors));
  return summary;
}

/// Ends as the run, as far as that can be known. What is not for this user is told, and ends nothing.
Result<RecoverySummary> preview(World& world, const Manner& manner, const Unfinished& seen) {
  RecoverySummary summary;
  std::vector<RecoveryReport> reports;
  for (const auto& journal : seen.journals) {
    GPUPASS_TRY_ASSIGN(auto preview, preview_recovery(world, manner, journal));
    const auto& error = preview.report.error;
    if (!error || !is_denied(*error)) reports.push_back(preview.report);
    summary.journals.push_back({journal, std::move(preview)});
  }
  auto looking = world;
  looking.connect = only_permitted(world);
  auto left = leftovers(looking, manner.patience);
  for (const auto& error : left.errors) {
    if (is_denied(error)) note_not_shown(manner.requester, "all that would be done", error);
  }
  const bool all_seen = std::erase_if(left.errors, is_denied) == 0 && seen.all_seen;
  summary.nothing_left = all_seen && seen.journals.empty() && left.empty();
  append(left.errors, obstacles_to_end(world, left.loans));
  summary.returned = left.loans;
  summary.loans = std::move(left.loans);
  summary.names = std::move(left.names);
  leave(left.records, summary, left.errors);
  end(summary, reports, std::move(left.errors));
  return summary;
}

RecoverySummary forget(World& world, const Manner& manner, const Journals& journals) {
  RecoverySummary summary;
  const auto records = damaged_records(world.host);
  summary.nothing_left = journals.empty() && records.empty();
  Errors errors;
  for (const auto& journal : journals) {
    auto forgotten = forget(world, manner, journal);
    if (forgotten)
      summary.journals.push_back({journal, *std::move(forgotten)});
    else
      errors.push_back(std::move(forgotten).error());
  }
  for (const auto& record : records) {
    auto file = set_aside(world.host, record.path);
    if (file)
      summary.records.push_back({record, *std::move(file)});
    else
      errors.push_back(std::move(file).error());
  }
  end(summary, {}, std::move(errors));
  return summary;
}

RecoverySummary preview_forgetting(const World& world, const Journals& journals) {
  RecoverySummary summary;
  for (auto& record : damaged_records(world.host)) summary.records.push_back({std::move(record), {}});
  summary.nothing_left = journals.empty() && summary.records.empty();
  Errors errors;
  for (const auto& journal : journals) {
    auto steps = preview_forget(world, journal);
    if (steps)
      summary.journals.push_back({journal, ForgetPreview{*std::move(steps)}});
    else
      errors.push_back(std::move(steps).error());
  }
  end(summary, {}, std::move(errors));
  return summary;
}

Result<RecoverySummary> summary_of(World& world, const Manner& manner, bool forgets) {
  GPUPASS_TRY_ASSIGN(const auto seen, unfinished(world, manner));
  if (forgets)
    return manner.dry_run ? preview_forgetting(world, seen.journals) : forget(world, manner, seen.journals);
  if (manner.dry_run) return preview(world, manner, seen);
  return recover(world, manner, seen.journals);
}

}  // namespace

Result<RecoverySummary> recover_all(World& world, const Manner& manner, bool forget) {
  GPUPASS_TRY(refuse_captured(world.host, manner.dry_run));
  GPUPASS_TRY_ASSIGN(auto summary, summary_of(world, manner, forget));
  summary.forget = forget;
  summary.dry_run = manner.dry_run;
  return summary;
}

}  // namespace gpupass::session
