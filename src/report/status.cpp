// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/status.hpp"

#include <fmt/format.h>

#include <array>

#include "gpupass/core/names.hpp"
#include "gpupass/core/wrap.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/plans.hpp"
#include "gpupass/report/table.hpp"
#include "gpupass/report/unreadable.hpp"

namespace gpupass::report {
namespace {

// ---- for a program --------------------------------------------------------------------------------

template <class Rows, class ToJson>
core::Json array_of(const Rows& rows, ToJson to_json) {
  auto json = core::Json::array();
  for (const auto& row : rows) json.push_back(to_json(row));
  return json;
}

core::Json to_json(const GivenTo& given) {
  const bool known = given.state != GivenTo::State::unknown;
  return {{"domain", given.domain},
          {"uri", given.uri},
          {"state", known ? core::Json(name(given.state)) : core::Json()},
          {"has_it", given.has_it ? core::Json(*given.has_it) : core::Json()}};
}

core::Json to_json(const HeldNow& held) {
  auto json = report::to_json(held.hold);
  json["driver"] = held.driver;
  json["state"] = held.state;
  json["releasing_pid"] = held.releasing ? core::Json(*held.releasing) : core::Json();
  json["there"] = held.there;
  json["given_to"] = array_of(held.given, [](const auto& given) { return to_json(given); });
  return json;
}

core::Json to_json(const NotHeld& other) {
  return {{"device", to_string(other.device)},
          {"driver", other.driver},
          {"domain", other.assignment ? report::to_json(*other.assignment) : core::Json()},
          {"state", other.state},
          {"record_lost", other.lost}};
}

core::Json to_json(const UnfinishedNow& unfinished) {
  const auto& journal = unfinished.journal;
  return {{"id", journal.id},
          {"command", journal.plan.command},
          {"started", journal.denied ? journal.started_by_name() : journal.started},
          {"devices", array_of(journal.plan.devices, [](const auto& device) { return to_string(device); })},
          {"under_way", unfinished.under_way}};
}

core::Json to_json(const BoundAtBoot& row) {
  return {{"device", to_string(row.device)},
          {"ids", core::text_or_null(row.ids)},
          {"driver", row.driver},
          {"set_up", row.set_up},
          {"there", row.there},
          {"bound_at_this_boot", row.honoured},
          {"state", row.state}};
}

// ---- for a person ---------------------------------------------------------------------------------

std::string or_none(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string devices_text(const Status& status, int columns, bool colour) {
  Table table({{"DEVICE"},
               {"DRIVER"},
               {"BEFORE"},
               {"FOR"},
               {"SINCE", Align::left, 0, 1},
               {"STATE", Align::left, 12, 2}});
  for (const auto& held : status.held) {
    const auto& hold = held.hold;
    table.add({to_string(hold.device), or_none(held.driver), or_none(hold.original_driver), held.owners,
               hold.since, held.state});
  }
  for (const auto& other : status.others)
    table.add({to_string(other.device), or_none(other.driver), "-", other.owners, "-", other.state});
  return (status.held.empty() ? "gpupass holds no device\n" : "") + table.text(columns, colour);
}

std::string text_of(const UnfinishedNow& unfinished) {
  const auto& [journal, under_way] = unfinished;
  if (journal.denied)
    return fmt::format(
        "unfinished, or running: a command started {}; only root can read its journal, which may contain a "
        "domain's passwords\n",
        journal.started_by_name());
  if (!journal.has_plan())
    return fmt::format("unfinished, and cannot be read: {}; `gpupass recover --forget` sets it aside\n",
                       journal.damage);
  return fmt::format("{}: \"{}\", started {}{}\n", under_way ? "running" : "unfinished", journal.plan.command,
                     journal.started, under_way ? "" : "; `gpupass recover` finishes or undoes it");
}

std::string boot_text(const std::vector<BoundAtBoot>& rows, int columns, bool colour) {
  Table table({{"AT BOOT"}, {"IDS"}, {"DRIVER"}, {"STATE", Align::left, 12, 1}});
  for (const auto& row : rows)
    table.add({to_string(row.device), or_none(row.ids), or_none(row.driver), row.state});
  return table.text(columns, colour);
}

core::Json container_json(const container::LxcContainer& one) {
  auto cards = core::Json::array();
  for (const auto& card : one.cards) cards.push_back(to_string(card));
  return {{"engine", "lxc"}, {"name", one.name}, {"running", one.running}, {"devices", std::move(cards)}};
}

}  // namespace

std::string status_text(const Status& status, int columns, bool colour) {
  auto text = devices_text(status, columns, colour);
  for (const auto& one : status.containers)
    text += core::wrapped_lines(fmt::format("the LXC container {} ({}) has {} on the host's driver{}",
                                            one.name, one.running ? "running" : "off", names(one.cards),
                                            one.stale.empty() ? "" : ", but " + one.stale.front()),
                                columns) +
            "\n";
  for (const auto& remedy : status.remedies) text += core::wrapped_lines(remedy, columns) + "\n";
  for (const auto& one : status.unfinished) text += text_of(one);
  for (const auto& record : status.unreadable) {
    if (record.why.kind == ErrorKind::denied) continue;
    text += core::wrapped_lines("cannot be read: " + describe(record.why), columns) + "\n";
  }
  return text + boot_text(status.at_boot, columns, colour);
}

core::Json to_json(const Status& status) {
  const auto one = [](const auto& row) { return to_json(row); };
  return {{"schema", "gpupass.status/2"},
          {"devices", array_of(status.held, one)},
          {"not_held", array_of(status.others, one)},
          {"unfinished", array_of(status.unfinished, one)},
          {"at_boot", array_of(status.at_boot, one)},
          {"containers",
           array_of(status.containers, [](const auto& container) { return container_json(container); })},
          {"libvirt", array_of(status.libvirt, [](const auto& answer) { return to_json(answer); })},
          {"unreadable", to_json(status.unreadable)}};
}

}  // namespace gpupass::report

namespace gpupass {

const char* name(GivenTo::State state) {
  using State = GivenTo::State;
  constexpr std::array k_states = {
      core::Name<State>{State::unknown, "not known"},
      core::Name<State>{State::gone, "gone"},
      core::Name<State>{State::off, "off"},
      core::Name<State>{State::running, "running"},
  };
  return core::name_in(k_states, state);
}

}  // namespace gpupass
