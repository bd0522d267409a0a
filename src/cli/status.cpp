// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass status`: what gpupass holds, and what was left unfinished.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ostream>

#include "cli/boot_status.hpp"
#include "cli/change.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/plans.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::cli {
namespace {

/// A device that gpupass holds, as it is now.
struct Held {
  Hold hold;
  std::string driver;                  // now; empty: none
  bool rebooted = false;               // the hold is from an earlier boot
  std::string displaced;               // what is at that address instead, and where it is; empty: it is there
  std::optional<LockOwner> releasing;  // a process still in the kernel with it
};

Held look_at(const Host& host, const Inventory& inventory, Hold hold) {
  const auto folder = "/sys/bus/pci/devices/" + to_string(hold.device);
  Held held;
  held.driver = host.link_name(folder + "/driver").value_or("");
  held.rebooted = host.attribute("/proc/sys/kernel/random/boot_id").value_or("") != hold.boot_id;
  if (presence_of(hold.identity, hold.device, inventory) != Presence::there) {
    held.displaced =
        fmt::format("{}; gpupass took {}: {}", report::what_is_there(inventory, hold.device, hold.identity),
                    ids_text(hold.identity), report::where_it_is(inventory, hold.identity));
  }
  auto owner = Lock::owner(host, to_string(hold.device));
  if (owner && owner->in_kernel) held.releasing = std::move(owner);
  held.hold = std::move(hold);
  return held;
}

/// "vm1 or vm2".
std::string either(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, " or "));
}

std::string state_of(const Host& host, const Held& held) {
  if (held.releasing) {
    const auto now = host.look_at(held.releasing->pid);
    return fmt::format("still releasing: process {}, state {}{}", held.releasing->pid,
                       now ? now->state : "gone",
                       now && !now->stack.empty() ? ", in " + now->stack.front() : "");
  }
  if (!held.displaced.empty()) return held.displaced;
  if (held.driver == "vfio-pci" && held.hold.lent_to.empty())
    return held.rebooted ? "bound again since the reboot" : "bound";
  if (held.driver == "vfio-pci") return "bound until " + held.hold.lent_to + " ends";
  if (held.hold.lend) return "on its host driver until " + either(domains_of(held.hold)) + " starts";
  return held.rebooted ? "on its host driver since the reboot" : "NOT bound";
}

core::Json to_json(const Host& host, const Held& held) {
  auto json = report::to_json(held.hold);
  json["driver"] = held.driver;
  json["state"] = state_of(host, held);
  json["releasing_pid"] = held.releasing ? core::Json(held.releasing->pid) : core::Json();
  json["there"] = held.displaced.empty();
  return json;
}

core::Json to_json(const BoundAtBoot& row) {
  return {{"device", to_string(row.device)},
          {"ids", row.ids.empty() ? core::Json() : core::Json(row.ids)},
          {"driver", row.driver},
          {"set_up", row.set_up},
          {"bound_at_this_boot", row.honoured},
          {"state", row.state}};
}

core::Json to_json(const Host& host, const JournalRecord& journal) {
  core::Json devices = core::Json::array();
  for (const auto& device : journal.plan.devices) devices.push_back(to_string(device));
  return {{"id", journal.id},
          {"command", journal.plan.command},
          {"started", journal.started},
          {"devices", std::move(devices)},
          {"under_way", is_under_way(host, journal)}};
}

void print(Context& context, const Inventory& inventory, const std::vector<Held>& all,
           const std::vector<JournalRecord>& journals) {
  auto& out = context.terminal.out;
  if (all.empty()) out << "gpupass holds no device\n";
  report::Table table({{"DEVICE"},
                       {"DRIVER"},
                       {"BEFORE"},
                       {"DOMAIN"},
                       {"SINCE", report::Align::left, 0, 1},
                       {"STATE", report::Align::left, 12, 2}});
  for (const auto& held : all) {
    const auto& hold = held.hold;
    table.add({to_string(hold.device), held.driver.empty() ? "-" : held.driver,
               hold.original_driver.empty() ? "-" : hold.original_driver,
               hold.domain.empty() ? "-" : fmt::format("{}", fmt::join(domains_of(hold), ",")), hold.since,
               state_of(context.host, held)});
  }
  if (!all.empty()) out << table.text(context.terminal.columns, context.terminal.colour);
  std::vector<Hold> displaced;
  for (const auto& held : all) {
    if (!held.displaced.empty()) displaced.push_back(held.hold);
  }
  if (!displaced.empty())
    out << report::wrapped_lines(report::mending(inventory, displaced, context.default_uri),
                                 context.terminal.columns)
        << "\n";
  for (const auto& journal : journals) {
    const bool under_way = is_under_way(context.host, journal);
    if (!journal.has_plan()) {
      out << fmt::format("unfinished, and cannot be read: {}; `gpupass recover --forget` sets it aside\n",
                         journal.damage);
      continue;
    }
    out << fmt::format("{}: \"{}\", started {}{}\n", under_way ? "under way" : "unfinished",
                       journal.plan.command, journal.started,
                       under_way ? "" : "; `gpupass recover` finishes or undoes it");
  }
}

/// Read only where something is held: most often nothing is.
Result<Inventory> machine_of(const Host& host, const std::vector<Hold>& holds) {
  if (holds.empty()) return Inventory{};
  DiscoverParts parts{.holders = false};
  for (const auto& hold : holds) parts.serials_of.push_back(hold.device);
  return discover(host, parts);
}

/// What an ordinary user may not read is left out, and told.
template <class Value>
Result<Value> if_permitted(Context& context, const char* what, Result<Value> read) {
  if (read || read.error().kind != ErrorKind::denied) return read;
  context.terminal.err << fmt::format("note: {} is not shown: {}\n", what, describe(read.error()));
  return Value{};
}

}  // namespace

Result<int> status(Context& context, const std::vector<std::string>& arguments) {
  Syntax syntax{
      "gpupass status [--format text|json]",
      "Shows each device that gpupass holds, the driver it had before, the domain that has it and since\n"
      "when; devices that a driver is still letting go of; commands that did not end; and what is bound\n"
      "at each boot (`gpupass bind --persist`), and whether this boot did it.",
      {},
      {}};
  add_format(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, std::move(syntax), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto format, format_of(*values));
  GPUPASS_TRY_ASSIGN(auto holds, if_permitted(context, "what gpupass holds", load_holds(context.host)));
  GPUPASS_TRY_ASSIGN(const auto journals,
                     if_permitted(context, "which commands did not end", load_journals(context.host)));
  GPUPASS_TRY_ASSIGN(const auto at_boot,
                     if_permitted(context, "what is bound at each boot", bound_at_boot(context.host)));
  GPUPASS_TRY_ASSIGN(const auto inventory, machine_of(context.host, holds));
  std::vector<Held> all;
  all.reserve(holds.size());
  for (auto& hold : holds) all.push_back(look_at(context.host, inventory, std::move(hold)));
  if (format == Format::text) {
    print(context, inventory, all, journals);
    print(context.terminal, at_boot);
    return 0;
  }
  core::Json json{{"schema", "gpupass.status/2"},
                  {"devices", core::Json::array()},
                  {"unfinished", core::Json::array()},
                  {"at_boot", core::Json::array()}};
  for (const auto& held : all) json["devices"].push_back(to_json(context.host, held));
  for (const auto& journal : journals) json["unfinished"].push_back(to_json(context.host, journal));
  for (const auto& row : at_boot) json["at_boot"].push_back(to_json(row));
  context.terminal.out << json.dump(2) << "\n";
  return 0;
}

}  // namespace gpupass::cli
