// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass recover`: after a kill, a power cut, or a driver that took its time.
#include "gpupass/session/recover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>

#include "cli/teller.hpp"
#include "cli/unreadable.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/session/libvirt_now.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/unreadable.hpp"

namespace gpupass::cli {
namespace {

using session::Loans;
using Errors = std::vector<Error>;
using Journals = std::vector<JournalRecord>;

struct Options {
  bool forget = false;
  ChangeOptions change;
};

Syntax syntax(Options& options) {
  Syntax syntax(
      "gpupass recover [--dry-run] [--forget] [options]",
      "Compares what interrupted commands left in the journal with the machine. An interrupted attach or\n"
      "bind is undone, an interrupted detach or unbind is finished: either way the host ends up with its\n"
      "card. An interrupted `guest create` or `bench experiment` is undone, a `guest delete` finished. "
      "Without\n"
      "anything to do it says so and does nothing. What cannot be read stops its own device or domain only.");
  syntax.flag("forget", options.forget, "accept the machine as it is and close the journals");
  add_change_options(syntax, options.change);
  return syntax;
}

void append(Errors& errors, Errors more) {
  std::ranges::move(more, std::back_inserter(errors));
}

// ---- what both forms of output need ---------------------------------------------------------------

constexpr std::array k_outcomes = {
    core::Name<Recovery>{Recovery::ended, "ended"},
    core::Name<Recovery>{Recovery::undone, "undone"},
    core::Name<Recovery>{Recovery::finished, "finished"},
    core::Name<Recovery>{Recovery::still_releasing, "still-releasing"},
    core::Name<Recovery>{Recovery::failed, "failed"},
    core::Name<Recovery>{Recovery::not_begun, "not-begun"},
};

constexpr std::array k_outcome_texts = {
    core::Name<Recovery>{Recovery::ended, "it was still under way, and has ended by itself"},
    core::Name<Recovery>{Recovery::undone, "undone: everything is as it was before"},
    core::Name<Recovery>{Recovery::finished, "finished: it was carried on to its end"},
    core::Name<Recovery>{Recovery::still_releasing,
                         "still releasing: the kernel has not returned; try again later"},
    core::Name<Recovery>{Recovery::failed, "not everything could be put back"},
    core::Name<Recovery>{Recovery::not_begun, "not begun: nothing was changed"},
};

core::Json to_json(const JournalRecord& journal) {
  return {{"id", journal.id}, {"command", journal.plan.command}};
}

core::Json to_json(const Loans& loans) {
  auto json = core::Json::array();
  for (const auto& [domain, functions] : loans) {
    json.push_back({{"domain", domain}, {"devices", core::Json::array()}});
    for (const auto& function : functions) json.back()["devices"].push_back(to_string(function));
  }
  return json;
}

void print_loans(std::ostream& out, const Loans& loans, const char* verb) {
  for (const auto& [domain, functions] : loans)
    out << fmt::format("{} {}: bound for a start of {}, which is not running\n", verb, names(functions),
                       domain);
}

// ---- all of it ------------------------------------------------------------------------------------

void print_json(std::ostream& out, const core::Json& journals, const session::Leftovers& left,
                const core::Json& records) {
  out << core::Json{{"schema", "gpupass.recover/1"},
                    {"journals", journals},
                    {"loans", to_json(left.loans)},
                    {"records", records}}
             .dump(2)
      << "\n";
}

/// In JSON the errors stand in the one document that a program gets.
Result<int> ended_with(const Result<void>& end, const ChangeOptions& options) {
  if (end) return 0;
  if (options.format == Format::json) return exit_code(end.error().kind);
  return Failure(end.error());
}

Errors errors_of(const std::vector<UnreadableRecord>& records) {
  Errors errors;
  std::ranges::transform(records, std::back_inserter(errors), &UnreadableRecord::why);
  return errors;
}

// ---- a run ----------------------------------------------------------------------------------------

/// What is done, as it is done.
class Listener final : public Quiet {
 public:
  Listener(Terminal& terminal, Format format) : Quiet(terminal), says_(format == Format::text) {}
  void leaves_alone(const PciAddress& device) override {
    if (says_)
      terminal_.out << fmt::format("  left alone: {} is not the device that this was about\n",
                                   to_string(device));
  }
  void hears(const StepEvent& event) override {
    if (says_ && (event.state == StepState::done || event.state == StepState::undone))
      terminal_.out << "  " << event.text << "\n";
  }

 private:
  bool says_;
};

void print_heading(std::ostream& out, const JournalRecord& journal) {
  if (journal.has_plan())
    out << fmt::format("\"{}\", started {}:", journal.plan.command, journal.started);
  else
    out << journal.path() << ":";
}

void print(std::ostream& out, const RecoveryReport& report) {
  out << "  " << core::name_in(k_outcome_texts, report.outcome) << "\n";
  if (report.outcome == Recovery::undone && report.error)
    out << "  it could not be finished: " << describe(*report.error) << "\n";
  if (report.warning) out << "  note: " << describe(*report.warning) << "\n";
}

core::Json to_json(const JournalRecord& journal, const RecoveryReport& report) {
  auto json = to_json(journal);
  json["outcome"] = core::name_in(k_outcomes, report.outcome);
  json["error"] = report.error ? core::Json(describe(*report.error)) : core::Json();
  json["warning"] = report.warning ? core::Json(describe(*report.warning)) : core::Json();
  return json;
}

/// Gives what went wrong.
Errors return_loans(Context& context, const ChangeOptions& options) {
  const bool json = options.format == Format::json;
  Teller heard(context.terminal, {.yes = true, .timeout = options.timeout});
  Quiet unheard(context.terminal);  // a program gets one document
  auto& requester = json ? static_cast<session::Requester&>(unheard) : heard;
  auto ended = session::end_loans_left(context, {requester, options.dry_run, options.timeout});
  if (!json) print_loans(context.terminal.out, ended.loans, "returned");
  return std::move(ended.errors);
}

Result<int> recover_all(Context& context, const ChangeOptions& options, const Journals& journals) {
  auto& out = context.terminal.out;
  const bool text = options.format == Format::text;
  const auto left = session::leftovers(context, options.timeout);
  if (text && journals.empty() && left.empty() && left.errors.empty()) out << "nothing was left unfinished\n";
  Listener listener(context.terminal, options.format);
  std::vector<RecoveryReport> reports;
  auto results = core::Json::array();
  for (const auto& journal : journals) {
    if (text) print_heading(out, journal);
    if (text) out << "\n";
    reports.push_back(session::recover(context, {listener, false, options.timeout}, journal));
    if (text) print(out, reports.back());
    results.push_back(to_json(journal, reports.back()));
  }
  // Nothing of this stops the rest.
  auto errors = return_loans(context, options);
  append(errors, errors_of(left.records));
  if (text) {
    for (const auto& record : left.records) out << record.path << ":\n  not begun: it cannot be read\n";
  } else {
    print_json(out, results, left, cli::to_json(left.records));
  }
  return ended_with(session::verdict(reports, std::move(errors)), options);
}

// ---- what a run would do --------------------------------------------------------------------------

/// What --dry-run shows, for a program.
core::Json preview_json(const JournalRecord& journal, bool under_way, const std::vector<std::string>& would) {
  auto json = to_json(journal);
  json["under_way"] = under_way;
  json["would"] = would;
  return json;
}

void print(std::ostream& out, const JournalRecord& journal, const session::RecoveryPreview& preview) {
  if (journal.denied) {
    out << fmt::format(
        "a command started {} did not end, or is under way: what would be done, only root can "
        "read; its journal may have a domain's passwords\n",
        journal.started_by_name());
    return;
  }
  if (!journal.has_plan()) {
    out << fmt::format("{}: nothing could be done; --forget would set it aside\n", journal.damage);
    return;
  }
  print_heading(out, journal);
  if (preview.under_way) {
    out << " is under way, would wait for its end\n";
    return;
  }
  out << " would\n";
  for (const auto& device : preview.left_alone)
    out << fmt::format("  left alone: {} is not the device that this was about\n", to_string(device));
  for (const auto& step : preview.steps) out << "  " << step << "\n";
  if (preview.steps.empty()) out << "  only close its journal: nothing else is left to do\n";
}

/// Ends as the run, as far as that can be known. What is not for this user is told, and ends nothing.
Result<int> preview_all(Context& context, const ChangeOptions& options, const session::Unfinished& seen) {
  auto& out = context.terminal.out;
  const bool text = options.format == Format::text;
  const auto denied = [](const Error& error) { return error.kind == ErrorKind::denied; };
  Quiet quiet(context.terminal);
  std::vector<RecoveryReport> reports;
  auto previews = core::Json::array();
  for (const auto& journal : seen.journals) {
    GPUPASS_TRY_ASSIGN(auto preview,
                       session::preview_recovery(context, {quiet, true, options.timeout}, journal));
    if (text) print(out, journal, preview);
    previews.push_back(preview_json(journal, preview.under_way, preview.steps));
    if (!preview.report.error || !denied(*preview.report.error)) reports.push_back(std::move(preview.report));
  }
  auto looking = context;
  looking.connect = session::only_permitted(context);
  auto left = session::leftovers(looking, options.timeout);
  for (const auto& error : left.errors) {
    if (denied(error)) session::note_not_shown(quiet, "all that would be done", error);
  }
  const bool all_seen = std::erase_if(left.errors, denied) == 0 && seen.all_seen;
  if (text && all_seen && seen.journals.empty() && left.empty()) out << "nothing was left unfinished\n";
  append(left.errors, session::obstacles_to_end(context, left.loans));
  append(left.errors, errors_of(left.records));
  if (text) {
    print_loans(out, left.loans, "would return");
    for (const auto& record : left.records) out << record.path << ":\n  not begun: it cannot be read\n";
  } else {
    print_json(out, previews, left, cli::to_json(left.records));
  }
  return ended_with(session::verdict(reports, std::move(left.errors)), options);
}

// ---- --forget -------------------------------------------------------------------------------------

void print(std::ostream& out, const JournalRecord& journal, const session::Forgotten& forgotten) {
  if (forgotten.ended) return;
  if (forgotten.set_aside.empty()) {
    print_heading(out, journal);
    out << " forgotten; the machine stays as it is\n";
  } else {
    out << "a journal that cannot be read was set aside: " << forgotten.set_aside << "\n";
  }
  for (const auto& [domain, file, xml] : forgotten.kept)
    out << fmt::format("  how {} was configured before is kept: {} (`virsh define` takes it)\n", domain,
                       file);
}

core::Json to_json(const JournalRecord& journal, const session::Forgotten& forgotten) {
  auto json = to_json(journal);
  json["outcome"] = forgotten.ended ? "ended" : "forgotten";
  json["kept"] = core::Json::array();
  for (const auto& kept : forgotten.kept) json["kept"].push_back(kept.file);
  if (!forgotten.set_aside.empty()) json["kept"].push_back(forgotten.set_aside);
  return json;
}

/// One that is busy stops no other.
Result<int> forget_all(Context& context, const ChangeOptions& options, const Journals& journals,
                       const std::vector<UnreadableRecord>& records) {
  auto& out = context.terminal.out;
  const bool text = options.format == Format::text;
  if (text && journals.empty() && records.empty()) out << "nothing was left unfinished\n";
  Quiet quiet(context.terminal);
  Errors errors;
  auto results = core::Json::array(), kept = core::Json::array();
  for (const auto& journal : journals) {
    const auto forgotten = session::forget(context, {quiet, false, options.timeout}, journal);
    if (!forgotten) {
      errors.push_back(forgotten.error());
      continue;
    }
    if (text) print(out, journal, *forgotten);
    results.push_back(to_json(journal, *forgotten));
  }
  for (const auto& record : records) {
    const auto file = set_aside(context.host, record.path);
    if (!file) {
      errors.push_back(file.error());
      continue;
    }
    if (text) out << "a record that cannot be read was set aside: " << *file << "\n";
    kept.push_back(cli::to_json(record));
    kept.back()["kept"] = *file;
  }
  if (!text) print_json(out, results, {}, kept);
  return ended_with(session::verdict({}, std::move(errors)), options);
}

Result<int> preview_forgetting(Context& context, const ChangeOptions& options, const Journals& journals,
                               const std::vector<UnreadableRecord>& records) {
  auto& out = context.terminal.out;
  const bool text = options.format == Format::text;
  Errors errors;
  auto previews = core::Json::array();
  for (const auto& journal : journals) {
    const auto lines = session::preview_forget(context, journal);
    if (!lines) {
      errors.push_back(lines.error());
      continue;
    }
    previews.push_back(preview_json(journal, false, *lines));
    if (!text) continue;
    print_heading(out, journal);
    out << " would\n";
    for (const auto& line : *lines) out << "  " << line << "\n";
  }
  if (text) {
    for (const auto& record : records) out << record.path << ": would\n  set it aside: it cannot be read\n";
    if (journals.empty() && records.empty()) out << "nothing was left unfinished\n";
  } else {
    print_json(out, previews, {}, cli::to_json(records));
  }
  return ended_with(session::verdict({}, std::move(errors)), options);
}

}  // namespace

Result<int> recover(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  const auto& change = options.change;
  GPUPASS_TRY(session::refuse_captured(context.host, change.dry_run));
  Quiet quiet(context.terminal);
  GPUPASS_TRY_ASSIGN(const auto seen, session::unfinished(context, {quiet, change.dry_run, change.timeout}));
  if (!options.forget)
    return change.dry_run ? preview_all(context, change, seen) : recover_all(context, change, seen.journals);
  auto records = session::damaged_records(context.host);
  return change.dry_run ? preview_forgetting(context, change, seen.journals, records)
                        : forget_all(context, change, seen.journals, records);
}

}  // namespace gpupass::cli
