// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass status`: what gpupass holds, and what was left unfinished.
#include "gpupass/session/status.hpp"

#include <fmt/format.h>

#include <ostream>

#include "cli/teller.hpp"
#include "cli/unreadable.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/plans.hpp"
#include "gpupass/report/table.hpp"
#include "gpupass/session/not_shown.hpp"

namespace gpupass::cli {
namespace {

using session::Status;

struct Options {
  std::string connection;  // that --connect names
  Format format = Format::text;
};

Syntax syntax(Options& options) {
  Syntax syntax(
      "gpupass status [options]",
      "Shows each device that gpupass holds, the driver it had before, the domain that has it (running, off\n"
      "or gone) and since when; devices that a domain or vfio-pci has without gpupass; devices that a "
      "driver\n"
      "is still letting go of; commands that did not end; and what is bound at each boot\n"
      "(`gpupass bind --persist`), and whether this boot did it.");
  add_connect(syntax, options.connection);
  add_format(syntax, options.format);
  return syntax;
}

// ---- for a program --------------------------------------------------------------------------------

template <class Rows, class ToJson>
core::Json array_of(const Rows& rows, ToJson to_json) {
  auto json = core::Json::array();
  for (const auto& row : rows) json.push_back(to_json(row));
  return json;
}

core::Json to_json(const session::GivenTo& given) {
  const bool known = given.state != session::GivenTo::State::unknown;
  return {{"domain", given.domain},
          {"uri", given.uri},
          {"state", known ? core::Json(name(given.state)) : core::Json()},
          {"has_it", given.has_it ? core::Json(*given.has_it) : core::Json()}};
}

core::Json to_json(const session::HeldNow& held) {
  auto json = report::to_json(held.hold);
  json["driver"] = held.driver;
  json["state"] = held.state;
  json["releasing_pid"] = held.releasing ? core::Json(*held.releasing) : core::Json();
  json["there"] = held.there;
  json["given_to"] = array_of(held.given, [](const auto& given) { return to_json(given); });
  return json;
}

core::Json to_json(const session::NotHeld& other) {
  return {{"device", to_string(other.device)},
          {"driver", other.driver},
          {"domain", other.assignment ? report::to_json(*other.assignment) : core::Json()},
          {"state", other.state},
          {"record_lost", other.lost}};
}

core::Json to_json(const session::UnfinishedNow& unfinished) {
  const auto& journal = unfinished.journal;
  return {{"id", journal.id},
          {"command", journal.plan.command},
          {"started", journal.denied ? journal.started_by_name() : journal.started},
          {"devices", array_of(journal.plan.devices, [](const auto& device) { return to_string(device); })},
          {"under_way", unfinished.under_way}};
}

core::Json to_json(const session::BoundAtBoot& row) {
  return {{"device", to_string(row.device)},
          {"ids", core::text_or_null(row.ids)},
          {"driver", row.driver},
          {"set_up", row.set_up},
          {"there", row.there},
          {"bound_at_this_boot", row.honoured},
          {"state", row.state}};
}

core::Json to_json(const Status& status) {
  const auto one = [](const auto& row) { return to_json(row); };
  return {{"schema", "gpupass.status/2"},
          {"devices", array_of(status.held, one)},
          {"not_held", array_of(status.others, one)},
          {"unfinished", array_of(status.unfinished, one)},
          {"at_boot", array_of(status.at_boot, one)},
          {"libvirt", array_of(status.libvirt, [](const auto& answer) { return report::to_json(answer); })},
          {"unreadable", cli::to_json(status.unreadable)}};
}

// ---- for a person ---------------------------------------------------------------------------------

std::string or_none(const std::string& text) {
  return text.empty() ? "-" : text;
}

void print_line(Terminal& terminal, const std::string& text) {
  terminal.out << report::wrapped_lines(text, terminal.columns) << "\n";
}

void print_devices(Terminal& terminal, const Status& status) {
  report::Table table({{"DEVICE"},
                       {"DRIVER"},
                       {"BEFORE"},
                       {"FOR"},
                       {"SINCE", report::Align::left, 0, 1},
                       {"STATE", report::Align::left, 12, 2}});
  for (const auto& held : status.held) {
    const auto& hold = held.hold;
    table.add({to_string(hold.device), or_none(held.driver), or_none(hold.original_driver), held.owners,
               hold.since, held.state});
  }
  for (const auto& other : status.others)
    table.add({to_string(other.device), or_none(other.driver), "-", other.owners, "-", other.state});
  if (status.held.empty()) terminal.out << "gpupass holds no device\n";
  terminal.out << table.text(terminal.columns, terminal.colour);
}

void print(std::ostream& out, const session::UnfinishedNow& unfinished) {
  const auto& [journal, under_way] = unfinished;
  if (journal.denied)
    out << fmt::format(
        "unfinished, or under way: a command started {}; only root can read its journal, "
        "which may have a domain's passwords\n",
        journal.started_by_name());
  else if (!journal.has_plan())
    out << fmt::format("unfinished, and cannot be read: {}; `gpupass recover --forget` sets it aside\n",
                       journal.damage);
  else
    out << fmt::format("{}: \"{}\", started {}{}\n", under_way ? "under way" : "unfinished",
                       journal.plan.command, journal.started,
                       under_way ? "" : "; `gpupass recover` finishes or undoes it");
}

/// What is not for this user is told beside what is shown.
void print_unreadable(Terminal& terminal, const std::vector<UnreadableRecord>& records) {
  Quiet quiet(terminal);
  for (const auto& record : records) {
    if (record.why.kind == ErrorKind::denied)
      session::note_not_shown(quiet, record.path, record.why);
    else
      print_line(terminal, "cannot be read: " + describe(record.why));
  }
}

void print_boot(Terminal& terminal, const std::vector<session::BoundAtBoot>& rows) {
  if (rows.empty()) return;
  report::Table table({{"AT BOOT"}, {"IDS"}, {"DRIVER"}, {"STATE", report::Align::left, 12, 1}});
  for (const auto& row : rows)
    table.add({to_string(row.device), or_none(row.ids), or_none(row.driver), row.state});
  terminal.out << table.text(terminal.columns, terminal.colour);
}

}  // namespace

Result<int> status(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  auto& terminal = context.terminal;
  Quiet quiet(terminal);
  GPUPASS_TRY_ASSIGN(auto status, session::status(context, quiet, options.connection));
  std::erase_if(status.unreadable, [](const UnreadableRecord& one) { return one.of.empty(); });
  if (options.format == Format::json) {
    terminal.out << to_json(status).dump(2) << "\n";
    return 0;
  }
  print_devices(terminal, status);
  for (const auto& remedy : status.remedies) print_line(terminal, remedy);
  for (const auto& one : status.unfinished) print(terminal.out, one);
  print_unreadable(terminal, status.unreadable);
  print_boot(terminal, status.at_boot);
  return 0;
}

}  // namespace gpupass::cli
