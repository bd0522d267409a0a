// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass recover`: after a kill, a power cut, or a driver that took its time.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>
#include <set>

#include "cli/experiment/quietly.hpp"
#include "cli/guest/interrupted.hpp"
#include "cli/libvirt_now.hpp"
#include "cli/teller.hpp"
#include "cli/unreadable.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/loans.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

using session::Loans;

/// Where a gpupass that was killed may have left a file half-written, beside what a journal names.
constexpr std::array k_written_to = {"/var/lib/gpupass",         "/var/lib/gpupass/journal",
                                     "/var/lib/gpupass/holds",   "/var/lib/gpupass/bindings",
                                     "/var/lib/gpupass/guests",  "/var/lib/gpupass/forgotten",
                                     "/run/gpupass/hook",        "/etc/libvirt/hooks/qemu.d",
                                     "/etc/libvirt/hooks/lxc.d", "/etc/libvirt/hooks/libxl.d"};

const char* text_of(Recovery outcome) {
  switch (outcome) {
    case Recovery::ended:
      return "it was still under way, and has ended by itself";
    case Recovery::undone:
      return "undone: everything is as it was before";
    case Recovery::finished:
      return "finished: it was carried on to its end";
    case Recovery::still_releasing:
      return "still releasing: the kernel has not returned; try again later";
    case Recovery::failed:
      return "not everything could be put back";
    case Recovery::not_begun:
      return "not begun: nothing was changed";
  }
  return "";
}

std::set<std::string> domains_of(const Plan& plan) {
  std::set<std::string> domains;
  for (const auto& step : plan.steps) domains.insert(domain_of(step));
  domains.erase("");
  return domains;
}

/// A journal that is nobody's but ours, with the locks that make it so.
struct Claim {
  session::Locks locks;
  std::optional<JournalRecord> journal;  // as it is now; nothing: its command was at work and ended by itself
};

/// Locks what the journal is about. Whoever is at work there, or still in the kernel with a device, is an
/// error of kind busy.
Result<Claim> claim(Context& context, const JournalRecord& seen, std::chrono::milliseconds patience) {
  Claim claim;
  const auto doing = "recover " + seen.id;
  Quiet quiet(context.terminal);
  const session::Manner manner{quiet, false, patience};
  for (const auto& device : session::in_order(seen.plan.devices)) {
    GPUPASS_TRY_ASSIGN(auto lock, session::acquire(context, manner, to_string(device), doing));
    claim.locks.devices.emplace(device, std::move(lock));
  }
  for (const auto& domain : domains_of(seen.plan)) {
    GPUPASS_TRY_ASSIGN(auto lock, session::acquire(context, manner, "domain-" + domain, doing));
    claim.locks.domains.push_back(std::move(lock));
  }
  GPUPASS_TRY_ASSIGN(auto journals, load_journals(context.host));
  const auto found = std::ranges::find(journals, seen.id, &JournalRecord::id);
  if (found != journals.end()) claim.journal = std::move(*found);
  return claim;
}

Result<Inventory> machine_of(const Context& context, const JournalRecord& journal) {
  return discover(context.host, {.holders = false, .serials_of = journal.plan.devices});
}

/// Error: refused, where what is left to do cannot be done, as below a read-only /sys.
Result<void> refuse_impossible(const Inventory& inventory, const JournalRecord& journal, const Doors& doors) {
  auto left = journal.plan;
  left.steps = steps_to_recover(journal, doors);
  return session::refuse_impossible(session::obstacles_to_return(inventory, left, {}));
}

void print_left_alone(std::ostream& out, const std::set<PciAddress>& devices) {
  for (const auto& device : devices)
    out << fmt::format("  left alone: {} is not the device that this was about\n", to_string(device));
}

Result<RecoveryReport> recover_one(Context& context, const ChangeOptions& options,
                                   const JournalRecord& seen) {
  if (!seen.has_plan()) {
    Doors nothing{context.host, nullptr, nullptr, options.timeout, {}, {}};
    return recover(seen, nothing);
  }
  GPUPASS_TRY_ASSIGN(const auto claimed, claim(context, seen, options.timeout));
  if (!claimed.journal) return RecoveryReport{Recovery::ended, {}};
  const auto& journal = *claimed.journal;
  std::unique_ptr<Hypervisor> hypervisor;
  if (!journal.plan.uri.empty()) {
    GPUPASS_TRY_ASSIGN(hypervisor, context.connect(journal.plan.uri, options.timeout));
  }
  Doors doors{context.host, hypervisor.get(), &claimed.locks.devices, options.timeout, {}, {}};
  GPUPASS_TRY_ASSIGN(const auto inventory, machine_of(context, journal));
  doors.displaced = displaced_devices(journal.plan, inventory);  // recover does nothing to them
  GPUPASS_TRY(refuse_impossible(inventory, journal, doors));
  std::vector<Error> warnings;
  doors.warn = [&](const Error& warning) { warnings.push_back(warning); };
  if (options.format == Format::text) {
    print_left_alone(context.terminal.out, doors.displaced);
    doors.observe = [&](const StepEvent& event) {
      if (event.state == StepState::done || event.state == StepState::undone) {
        context.terminal.out << "  " << event.text << "\n";
      }
    };
  }
  auto report = recover(journal, doors);
  if (report.warning) warnings.push_back(*std::move(report.warning));
  if (warnings.empty()) return report;
  report.warning = std::move(warnings.front());
  report.warning->also.insert(report.warning->also.end(), std::next(warnings.begin()), warnings.end());
  return report;
}

/// What the run would do with a journal.
struct Preview {
  std::set<PciAddress> displaced;
  std::vector<std::string> lines;
  RecoveryReport report = {};  // not_begun where the run could not begin; else nothing is known of its end
};

Result<Preview> preview(Context& context, const JournalRecord& journal, const ChangeOptions& options) {
  Preview preview;
  Doors doors{context.host, nullptr, nullptr, {}, {}, {}};
  if (!journal.has_plan()) {
    preview.report = recover(journal, doors);
    return preview;
  }
  if (!journal.plan.uri.empty() && !context.host.captured()) {
    const auto hypervisor = context.connect(journal.plan.uri, options.timeout);
    if (!hypervisor) preview.report = {Recovery::not_begun, hypervisor.error()};
  }
  GPUPASS_TRY_ASSIGN(const auto inventory, machine_of(context, journal));
  preview.displaced = displaced_devices(journal.plan, inventory);
  doors.displaced = preview.displaced;
  const auto possible = refuse_impossible(inventory, journal, doors);
  if (!possible) preview.report = {Recovery::not_begun, possible.error()};
  preview.lines = preview_recovery(journal, doors);
  return preview;
}

void print(std::ostream& out, const Context& context, const JournalRecord& journal, const Preview& what) {
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
  out << fmt::format("\"{}\", started {}: ", journal.plan.command, journal.started);
  if (session::is_under_way(context.host, journal)) {
    out << "is under way, would wait for its end\n";
    return;
  }
  out << "would\n";
  print_left_alone(out, what.displaced);
  for (const auto& line : what.lines) out << "  " << line << "\n";
  if (what.lines.empty()) out << "  only close its journal: nothing else is left to do\n";
}

/// What --dry-run shows, for a program.
core::Json preview_json(const Context& context, const JournalRecord& journal,
                        const std::vector<std::string>& would) {
  return {{"id", journal.id},
          {"command", journal.plan.command},
          {"under_way", session::is_under_way(context.host, journal)},
          {"would", would}};
}

core::Json to_json(const JournalRecord& journal, const RecoveryReport& report) {
  const char* word = report.outcome == Recovery::ended             ? "ended"
                     : report.outcome == Recovery::undone          ? "undone"
                     : report.outcome == Recovery::finished        ? "finished"
                     : report.outcome == Recovery::still_releasing ? "still-releasing"
                     : report.outcome == Recovery::not_begun       ? "not-begun"
                                                                   : "failed";
  return {{"id", journal.id},
          {"command", journal.plan.command},
          {"outcome", word},
          {"error", report.error ? core::Json(describe(*report.error)) : core::Json()},
          {"warning", report.warning ? core::Json(describe(*report.warning)) : core::Json()}};
}

/// The worst of all as one error: journals that could not be put right, then what else went wrong, then what
/// takes its time.
Result<int> verdict(const std::vector<RecoveryReport>& reports, std::vector<Error> others) {
  std::vector<Error> errors;
  for (const auto& report : reports) {
    if (report.outcome != Recovery::failed && report.outcome != Recovery::not_begun) continue;
    errors.push_back(report.error.value_or(Error{}));
    auto& hint = errors.back().hint;
    hint += hint.empty() ? "" : "\n  ";
    hint += "mend that and run it again, or accept the machine as it is with `gpupass recover --forget`";
    break;  // the others' were printed
  }
  std::ranges::move(others, std::back_inserter(errors));
  for (const auto& report : reports) {
    if (report.outcome == Recovery::still_releasing) errors.push_back(report.error.value_or(Error{}));
  }
  if (errors.empty()) return 0;
  auto first = std::move(errors.front());
  first.also.insert(first.also.end(), std::next(errors.begin()), errors.end());
  return Failure(std::move(first));
}

/// A configuration that a journal was to bring back, and the file that forget() keeps it in: it is nowhere
/// else.
struct KeptDomain {
  std::string domain, file, xml;
};

std::vector<KeptDomain> domains_to_keep(const JournalRecord& journal) {
  std::vector<KeptDomain> kept;
  for (const auto& step : journal.plan.steps) {
    const auto* const define = std::get_if<DefineDomain>(&step);
    if (define == nullptr) continue;
    auto name = define->domain;
    std::ranges::replace(name, '/', '_');
    kept.push_back({define->domain, fmt::format("/var/lib/gpupass/forgotten/{}.{}.xml", journal.id, name),
                    define->before});
  }
  return kept;
}

/// Gives the files.
Result<std::vector<std::string>> keep_domains(Context& context, const JournalRecord& journal) {
  std::vector<std::string> kept;
  for (const auto& [domain, file, xml] : domains_to_keep(journal)) {
    GPUPASS_TRY(context.host.write_file(file, xml));
    context.terminal.out << fmt::format(
        "  how {} was configured before is kept: {} (`virsh define` takes it)\n", domain, file);
    kept.push_back(file);
  }
  return kept;
}

void print_loans(std::ostream& out, const Loans& loans, const char* verb) {
  for (const auto& [domain, functions] : loans)
    out << fmt::format("{} {}: bound for a start of {}, which is not running\n", verb, names(functions),
                       domain);
}

core::Json to_json(const Loans& loans) {
  auto json = core::Json::array();
  for (const auto& [domain, functions] : loans) {
    json.push_back({{"domain", domain}, {"devices", core::Json::array()}});
    for (const auto& function : functions) json.back()["devices"].push_back(to_string(function));
  }
  return json;
}

void print_creates(std::ostream& out, const std::vector<InterruptedCreate>& creates, bool done) {
  for (const auto& [guest, defined] : creates) {
    if (defined)
      out << fmt::format("{} of {}, which is there: `gpupass guest start {}` starts it\n",
                         done ? "closed the interrupted create" : "would close the interrupted create",
                         guest.name, guest.name);
    else
      out << fmt::format("{} what an interrupted create of {} left: {}\n", done ? "removed" : "would remove",
                         guest.name, core::enumerate(guest.files));
  }
}

core::Json to_json(const std::vector<InterruptedCreate>& creates) {
  auto json = core::Json::array();
  for (const auto& [guest, defined] : creates)
    json.push_back({{"guest", guest.name},
                    {"uri", guest.uri},
                    {"defined", defined},
                    {"files", defined ? core::Json::array() : core::Json(guest.files)}});
  return json;
}

/// What is left beside journals: what the hook bound, guests that were being made, records that are damaged.
struct Leftovers {
  Loans loans;
  std::vector<InterruptedCreate> creates;
  std::vector<UnreadableRecord> records;
  std::vector<Error> errors;

  [[nodiscard]] bool empty() const { return loans.empty() && creates.empty() && records.empty(); }
};

std::vector<Error> joined(std::vector<Error> some, const std::vector<Error>& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

Leftovers leftovers(Context& context, std::chrono::milliseconds timeout) {
  auto loans = session::loans_left(context, timeout);
  auto creates = interrupted_creates(context, timeout);
  return {std::move(loans.loans), std::move(creates.creates), damaged_records(context.host),
          joined(std::move(loans.errors), creates.errors)};
}

void print_records(std::ostream& out, const std::vector<UnreadableRecord>& records) {
  for (const auto& record : records) out << record.path << ":\n  not begun: it cannot be read\n";
}

std::vector<Error> errors_of(const std::vector<UnreadableRecord>& records) {
  std::vector<Error> errors;
  std::ranges::transform(records, std::back_inserter(errors), &UnreadableRecord::why);
  return errors;
}

core::Json to_json(const std::vector<UnreadableRecord>& records) {
  auto json = core::Json::array();
  for (const auto& record : records) json.push_back(cli::to_json(record));
  return json;
}

void print_json(std::ostream& out, const core::Json& journals, const Leftovers& left,
                const core::Json& records) {
  out << core::Json{{"schema", "gpupass.recover/1"},
                    {"journals", journals},
                    {"loans", to_json(left.loans)},
                    {"creates", to_json(left.creates)},
                    {"records", records}}
             .dump(2)
      << "\n";
}

/// Gives what a program is told of it.
Result<core::Json> forget(Context& context, const JournalRecord& journal) {
  core::Json json{{"id", journal.id}, {"command", journal.plan.command}, {"outcome", "forgotten"}};
  GPUPASS_TRY_ASSIGN(const auto claimed, claim(context, journal, std::chrono::milliseconds(0)));
  if (!claimed.journal) {
    json["outcome"] = "ended";
    json["kept"] = core::Json::array();
    return json;
  }
  auto& out = context.terminal.out;
  if (!journal.damage.empty()) {
    GPUPASS_TRY_ASSIGN(const auto file, set_aside(context.host, journal.path()));
    out << "a journal that cannot be read was set aside: " << file << "\n";
    GPUPASS_TRY_ASSIGN(json["kept"], keep_domains(context, journal));
    json["kept"].push_back(file);
    return json;
  }
  out << fmt::format("\"{}\", started {}: forgotten; the machine stays as it is\n", journal.plan.command,
                     journal.started);
  GPUPASS_TRY_ASSIGN(json["kept"], keep_domains(context, journal));
  GPUPASS_TRY(Journal::resume(context.host, journal.id).remove());
  return json;
}

/// One that is busy stops no other.
Result<int> forget(Context& context, const std::vector<JournalRecord>& journals,
                   const std::vector<UnreadableRecord>& records, Format format) {
  Quietly quiet(context);  // a program gets one document
  auto& heard = format == Format::json ? quiet.context() : context;
  std::vector<Error> errors;
  auto forgotten = core::Json::array();
  for (const auto& journal : journals) {
    auto json = forget(heard, journal);
    if (json) {
      forgotten.push_back(*std::move(json));
    } else {
      errors.push_back(std::move(json).error());
    }
  }
  auto kept = core::Json::array();
  for (const auto& record : records) {
    const auto file = set_aside(context.host, record.path);
    if (!file) {
      errors.push_back(file.error());
      continue;
    }
    heard.terminal.out << "a record that cannot be read was set aside: " << *file << "\n";
    kept.push_back(cli::to_json(record));
    kept.back()["kept"] = *file;
  }
  auto end = verdict({}, std::move(errors));
  if (format != Format::json) return end;
  print_json(context.terminal.out, forgotten, {}, kept);
  return end ? 0 : exit_code(end.error().kind);
}

/// What forget() would do.
Result<std::vector<std::string>> preview_forget(const Context& context, const JournalRecord& journal) {
  if (session::is_under_way(context.host, journal))
    return fail(ErrorKind::busy, fmt::format("\"{}\" is under way", journal.plan.command),
                "nothing was changed; `gpupass recover` waits for its end");
  std::vector<std::string> lines;
  if (!journal.damage.empty()) lines.push_back("set aside " + journal.path() + ", which cannot be read");
  for (const auto& [domain, file, xml] : domains_to_keep(journal))
    lines.push_back(fmt::format("keep how {} was configured before: {}", domain, file));
  if (journal.damage.empty()) lines.push_back("close the journal; the machine stays as it is");
  return lines;
}

Result<int> dry_forget(Context& context, const std::vector<JournalRecord>& journals,
                       const std::vector<UnreadableRecord>& records, Format format) {
  auto& out = context.terminal.out;
  std::vector<Error> errors;
  auto previews = core::Json::array();
  for (const auto& journal : journals) {
    auto preview = preview_forget(context, journal);
    if (!preview) {
      errors.push_back(std::move(preview).error());
      continue;
    }
    const auto& lines = *preview;
    previews.push_back(preview_json(context, journal, lines));
    if (format == Format::json) continue;
    if (journal.has_plan())
      out << fmt::format("\"{}\", started {}: would\n", journal.plan.command, journal.started);
    else
      out << journal.path() << ": would\n";
    for (const auto& line : lines) out << "  " << line << "\n";
  }
  auto end = verdict({}, std::move(errors));
  if (format == Format::json) {
    print_json(out, previews, {}, to_json(records));
    return end ? 0 : exit_code(end.error().kind);
  }
  for (const auto& record : records) out << record.path << ": would\n  set it aside: it cannot be read\n";
  if (journals.empty() && records.empty()) out << "nothing was left unfinished\n";
  return end;
}

/// Gives what went wrong.
std::vector<Error> return_loans(Context& context, const ChangeOptions& options) {
  const bool json = options.format == Format::json;
  Teller heard(context.terminal, {.yes = true, .timeout = options.timeout});
  Quiet unheard(context.terminal);  // a program gets one document
  auto& requester = json ? static_cast<session::Requester&>(unheard) : heard;
  auto ended = session::end_loans_left(context, {requester, options.dry_run, options.timeout});
  if (!json) print_loans(context.terminal.out, ended.loans, "returned");
  return std::move(ended.errors);
}

/// Connections of what only looks: an ordinary user's do not go to the system's libvirt.
session::Connect asking(const Context& context) {
  return
      [&context, connect = context.connect](
          const std::string& uri, std::chrono::milliseconds timeout) -> Result<std::unique_ptr<Hypervisor>> {
        if (may_ask(context, uri)) return connect(uri, timeout);
        return fail(ErrorKind::denied,
                    context.host.captured()
                        ? std::string("this machine's libvirt knows nothing of a captured machine")
                        : fmt::format("only root asks {}: it may ask for a password", uri));
      };
}

/// Ends as the run, as far as that can be known. What is not for this user is told, and ends nothing.
Result<int> dry_recover(Context& context, const ChangeOptions& options,
                        const std::vector<JournalRecord>& journals, bool all_seen) {
  auto& out = context.terminal.out;
  const bool json = options.format == Format::json;
  std::vector<RecoveryReport> reports;
  auto previews = core::Json::array();
  for (const auto& journal : journals) {
    GPUPASS_TRY_ASSIGN(auto what, preview(context, journal, options));
    if (!json) print(out, context, journal, what);
    previews.push_back(preview_json(context, journal, what.lines));
    reports.push_back(std::move(what.report));
  }
  auto looking = context;
  looking.connect = asking(context);
  auto left = leftovers(looking, options.timeout);
  const auto denied = [](const Error& error) { return error.kind == ErrorKind::denied; };
  Quiet quiet(context.terminal);
  for (const auto& error : left.errors) {
    if (denied(error)) session::note_not_shown(quiet, "all that would be done", error);
  }
  all_seen = all_seen && std::ranges::none_of(left.errors, denied);
  std::erase_if(left.errors, denied);
  std::erase_if(reports, [&](const RecoveryReport& report) { return report.error && denied(*report.error); });
  if (!json && all_seen && journals.empty() && left.empty()) out << "nothing was left unfinished\n";
  left.errors = joined(std::move(left.errors), session::obstacles_to_end(context, left.loans));
  auto end = verdict(reports, joined(std::move(left.errors), errors_of(left.records)));
  if (!json) {
    print_loans(out, left.loans, "would return");
    print_creates(out, left.creates, false);
    print_records(out, left.records);
    return end;
  }
  // The errors stand in this one document.
  print_json(out, previews, left, to_json(left.records));
  return end ? 0 : exit_code(end.error().kind);
}

/// Gives what went wrong.
std::vector<Error> end_creates(Context& context, const ChangeOptions& options) {
  auto ended = end_interrupted_creates(context, options.timeout);
  if (options.format == Format::text) print_creates(context.terminal.out, ended.creates, true);
  return std::move(ended.errors);
}

struct Options {
  bool forget = false;
  ChangeOptions change;
};

Syntax syntax(Options& options) {
  Syntax syntax(
      "gpupass recover [--dry-run] [--forget] [options]",
      "Compares what interrupted commands left in the journal with the machine. An interrupted attach or\n"
      "bind is undone, an interrupted detach or unbind is finished: either way the host ends up with its\n"
      "card. A `guest create` that was killed is undone, or closed where libvirt has the guest. Without\n"
      "anything to do it says so and does nothing. What cannot be read stops its own device or guest only.");
  syntax.flag("forget", options.forget, "accept the machine as it is and close the journals");
  add_change_options(syntax, options.change);
  return syntax;
}

}  // namespace

Result<int> recover(Context& context, const std::vector<std::string>& arguments) {
  Options asked;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(asked), arguments));
  if (!go) return 0;
  const auto& [forgetting, options] = asked;
  GPUPASS_TRY(session::refuse_captured(context.host, options.dry_run));
  if (!options.dry_run) {
    for (const auto* const folder : k_written_to) context.host.clear_leftovers(folder);
    GPUPASS_TRY(remove_stillborn_journals(context.host));
  }
  auto loaded = load_journals(context.host);
  const bool all_seen = loaded.has_value();
  Quiet quiet(context.terminal);
  if (options.dry_run) loaded = session::if_permitted(quiet, "which commands did not end", std::move(loaded));
  GPUPASS_TRY_ASSIGN(const auto journals, std::move(loaded));
  if (options.dry_run)
    return forgetting ? dry_forget(context, journals, damaged_records(context.host), options.format)
                      : dry_recover(context, options, journals, all_seen);
  auto& out = context.terminal.out;
  const bool json = options.format == Format::json;
  if (forgetting) {
    const auto records = damaged_records(context.host);
    if (journals.empty() && records.empty() && !json) out << "nothing was left unfinished\n";
    return forget(context, journals, records, options.format);
  }
  const auto left = leftovers(context, options.timeout);
  if (journals.empty() && left.empty() && left.errors.empty() && !json)
    out << "nothing was left unfinished\n";

  sys::outlive_readers();
  std::vector<RecoveryReport> reports;
  auto results = core::Json::array();
  for (const auto& journal : journals) {
    if (!json && journal.has_plan())
      out << fmt::format("\"{}\", started {}:\n", journal.plan.command, journal.started);
    if (!json && !journal.has_plan()) out << journal.path() << ":\n";
    auto report = recover_one(context, options, journal);
    if (!report) {  // busy: a gpupass is at work on the device, or one was left in the kernel with it
      const bool busy = report.error().kind == ErrorKind::busy;
      report = RecoveryReport{busy ? Recovery::still_releasing : Recovery::not_begun, report.error()};
    }
    if (!json) out << "  " << text_of(report->outcome) << "\n";
    if (!json && report->outcome == Recovery::undone && report->error)
      out << "  it could not be finished: " << describe(*report->error) << "\n";
    if (!json && report->warning) out << "  note: " << describe(*report->warning) << "\n";
    results.push_back(to_json(journal, *report));
    reports.push_back(*std::move(report));
  }
  // Nothing of this stops the rest.
  auto errors = return_loans(context, options);
  errors = joined(std::move(errors), end_creates(context, options));
  if (!json) print_records(out, left.records);
  auto end = verdict(reports, joined(std::move(errors), errors_of(left.records)));
  if (!json) return end;
  // The errors stand in this one document.
  print_json(out, results, left, to_json(left.records));
  return end ? 0 : exit_code(end.error().kind);
}

}  // namespace gpupass::cli
