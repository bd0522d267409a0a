// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass status`: what gpupass holds, and what was left unfinished.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/boot_status.hpp"
#include "cli/libvirt_now.hpp"
#include "cli/status_domains.hpp"
#include "cli/teller.hpp"
#include "cli/unreadable.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/plans.hpp"
#include "gpupass/report/table.hpp"
#include "gpupass/session/change.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::cli {
namespace {

/// A device that gpupass holds, as it is now.
struct Held {
  Hold hold;
  std::string driver;                  // now; empty: none
  bool rebooted = false;               // the hold is from an earlier boot
  std::string displaced;               // what is at that address instead, and where it is; empty: it is there
  std::optional<LockOwner> releasing;  // a process still in the kernel with it
  std::vector<GivenTo> given;          // the domains that it was given to
};

/// Everything that is shown.
struct Status {
  Inventory inventory;
  std::vector<Held> held;
  std::vector<NotHeld> others;
  std::vector<JournalRecord> journals;
  std::vector<BoundAtBoot> at_boot;
  std::vector<LibvirtNow> libvirt;
  std::vector<UnreadableRecord> unreadable;
};

template <class Rows, class ToJson>
core::Json array_of(const Rows& rows, ToJson to_json) {
  auto json = core::Json::array();
  for (const auto& row : rows) json.push_back(to_json(row));
  return json;
}

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

std::string driver_state(const Host& host, const Held& held) {
  if (held.releasing) {
    const auto now = host.look_at(held.releasing->pid);
    return fmt::format("still releasing: process {}, state {}{}", held.releasing->pid,
                       now ? now->state : "gone",
                       now && !now->stack.empty() ? ", in " + now->stack.front() : "");
  }
  if (!held.displaced.empty()) return held.displaced;
  const bool bound = is_vfio_driver(held.driver);
  if (bound && held.hold.lent_to.empty()) return held.rebooted ? "bound again since the reboot" : "bound";
  if (bound) return "bound until " + held.hold.lent_to + " ends";
  if (held.hold.lend) return "on its host driver until " + either(owner_names(held.hold)) + " starts";
  return held.rebooted ? "on its host driver since the reboot" : "NOT bound";
}

std::string state_of(const Host& host, const Held& held) {
  auto state = driver_state(host, held);
  for (const auto& given : held.given) {
    if (const auto trouble = trouble_of(given); !trouble.empty()) state += ", but " + trouble;
  }
  return state;
}

std::string owners_text(const Held& held, const std::string& default_uri) {
  std::vector<std::string> texts;
  for (const auto& given : held.given) texts.push_back(text_of(given, default_uri));
  for (const auto& owner : held.hold.owners) {
    const auto& tenant = tenant_of(owner.kind);
    if (!tenant.in_libvirt) texts.push_back(tenant.called + owner.name);
  }
  return texts.empty() ? "-" : fmt::format("{}", fmt::join(texts, ", "));
}

core::Json to_json(const Host& host, const Held& held) {
  auto json = report::to_json(held.hold);
  json["driver"] = held.driver;
  json["state"] = state_of(host, held);
  json["releasing_pid"] = held.releasing ? core::Json(held.releasing->pid) : core::Json();
  json["there"] = held.displaced.empty();
  json["given_to"] = array_of(held.given, [](const GivenTo& given) { return to_json(given); });
  return json;
}

core::Json to_json(const BoundAtBoot& row) {
  return {{"device", to_string(row.device)},
          {"ids", row.ids.empty() ? core::Json() : core::Json(row.ids)},
          {"driver", row.driver},
          {"set_up", row.set_up},
          {"there", row.there},
          {"bound_at_this_boot", row.honoured},
          {"state", row.state}};
}

core::Json to_json(const Host& host, const JournalRecord& journal) {
  core::Json devices = core::Json::array();
  for (const auto& device : journal.plan.devices) devices.push_back(to_string(device));
  return {{"id", journal.id},
          {"command", journal.plan.command},
          {"started", journal.denied ? journal.started_by_name() : journal.started},
          {"devices", std::move(devices)},
          {"under_way", session::is_under_way(host, journal)}};
}

void print_line(Terminal& terminal, const std::string& text) {
  if (!text.empty()) terminal.out << report::wrapped_lines(text, terminal.columns) << "\n";
}

void print_devices(Context& context, const Status& status) {
  const auto or_none = [](const std::string& text) { return text.empty() ? "-" : text; };
  report::Table table({{"DEVICE"},
                       {"DRIVER"},
                       {"BEFORE"},
                       {"FOR"},
                       {"SINCE", report::Align::left, 0, 1},
                       {"STATE", report::Align::left, 12, 2}});
  for (const auto& held : status.held) {
    const auto& hold = held.hold;
    table.add({to_string(hold.device), or_none(held.driver), or_none(hold.original_driver),
               owners_text(held, context.default_uri), hold.since, state_of(context.host, held)});
  }
  for (const auto& other : status.others)
    table.add({to_string(other.device), or_none(other.driver), "-", text_of(other, context.default_uri), "-",
               state_of(other)});
  if (status.held.empty()) context.terminal.out << "gpupass holds no device\n";
  context.terminal.out << table.text(context.terminal.columns, context.terminal.colour);
}

/// True of a domain that is gone while another one shares what it had: that one keeps it.
bool is_kept_by_another(const std::vector<GivenTo>& all, const GivenTo& given) {
  const auto is_gone = [](const GivenTo& one) { return one.state == GivenTo::State::gone; };
  return is_gone(given) && !std::ranges::all_of(all, is_gone);
}

/// What a person can do about what the table says.
void print_remedies(Context& context, const Status& status) {
  std::vector<Hold> displaced;
  std::vector<std::pair<PciAddress, GivenTo>> given;
  for (const auto& held : status.held) {
    if (!held.displaced.empty()) displaced.push_back(held.hold);
    for (const auto& one : held.given) {
      if (held.displaced.empty() && !is_kept_by_another(held.given, one))
        given.emplace_back(held.hold.device, one);
    }
  }
  print_line(context.terminal, report::mending(status.inventory, displaced, context.default_uri));
  print_line(context.terminal, giving_back(given, context.default_uri));
  print_line(context.terminal, recording(status.others, context.default_uri));
}

void print_unfinished(Context& context, const std::vector<JournalRecord>& journals) {
  auto& out = context.terminal.out;
  for (const auto& journal : journals) {
    const bool under_way = session::is_under_way(context.host, journal);
    if (journal.denied) {
      out << fmt::format(
          "unfinished, or under way: a command started {}; only root can read its journal, "
          "which may have a domain's passwords\n",
          journal.started_by_name());
      continue;
    }
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

/// What is not for this user is told beside what is shown.
void print_unreadable(Context& context, const std::vector<UnreadableRecord>& records) {
  Quiet quiet(context.terminal);
  for (const auto& record : records) {
    if (record.why.kind == ErrorKind::denied)
      session::note_not_shown(quiet, record.path, record.why);
    else
      print_line(context.terminal, "cannot be read: " + describe(record.why));
  }
}

Result<Inventory> machine_of(const Host& host, const std::vector<Hold>& holds) {
  DiscoverParts parts{.holders = false};
  for (const auto& hold : holds) parts.serials_of.push_back(hold.device);
  return discover(host, parts);
}

/// Of a device that a command is at work on, or left, nothing is said that the command may be about to
/// change.
bool is_in_work(const std::vector<JournalRecord>& journals, const PciAddress& device) {
  return std::ranges::any_of(journals, [&](const JournalRecord& journal) {
    return std::ranges::find(journal.plan.devices, device) != journal.plan.devices.end();
  });
}

/// Adds what libvirt says.
void add_domains(Context& context, const std::string& named, const std::vector<Hold>& holds, Status& status) {
  std::vector<std::string> uris;
  for (const auto& hold : holds) {
    for (const auto& owner : hold.owners)
      if (tenant_of(owner.kind).in_libvirt) uris.push_back(owner.where);
  }
  status.libvirt = libvirt_now(context, named, uris);
  const auto domains = assignments(status.libvirt, context.host, status.inventory);
  for (auto& held : status.held) {
    held.given = given_to(held.hold, status.libvirt, domains);
    if (!is_in_work(status.journals, held.hold.device)) continue;
    for (auto& given : held.given) given.has_it.reset();
  }
  std::vector<PciAddress> bound_at_boot;
  for (const auto& row : status.at_boot) {
    if (row.there) bound_at_boot.push_back(row.device);
  }
  status.others = not_held(status.inventory, holds, bound_at_boot, domains);
  std::erase_if(status.others,
                [&](const NotHeld& other) { return is_in_work(status.journals, other.device); });
}

core::Json to_json(const Host& host, const Status& status) {
  const auto one = [](const auto& row) { return to_json(row); };
  const auto on_host = [&](const auto& row) { return to_json(host, row); };
  return {{"schema", "gpupass.status/2"},
          {"devices", array_of(status.held, on_host)},
          {"not_held", array_of(status.others, one)},
          {"unfinished", array_of(status.journals, on_host)},
          {"at_boot", array_of(status.at_boot, one)},
          {"libvirt",
           array_of(answers(status.libvirt), [](const auto& answer) { return report::to_json(answer); })},
          {"unreadable",
           array_of(status.unreadable, [](const UnreadableRecord& record) { return cli::to_json(record); })}};
}

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

}  // namespace

Result<int> status(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  Quiet quiet(context.terminal);
  GPUPASS_TRY_ASSIGN(const auto holds,
                     session::if_permitted(quiet, "what gpupass holds", load_holds(context.host)));
  Status status;
  status.unreadable = unreadable_records(context.host);
  std::erase_if(status.unreadable, [](const UnreadableRecord& one) { return one.of.empty(); });  // told below
  GPUPASS_TRY_ASSIGN(status.journals,
                     session::if_permitted(quiet, "which commands did not end", load_journals(context.host)));
  GPUPASS_TRY_ASSIGN(status.at_boot,
                     session::if_permitted(quiet, "what is bound at each boot", bound_at_boot(context.host)));
  GPUPASS_TRY_ASSIGN(status.inventory, machine_of(context.host, holds));
  for (const auto& hold : holds) status.held.push_back(look_at(context.host, status.inventory, hold));
  add_domains(context, options.connection, holds, status);
  if (options.format == Format::json) {
    context.terminal.out << to_json(context.host, status).dump(2) << "\n";
    return 0;
  }
  print_devices(context, status);
  print_remedies(context, status);
  print_unfinished(context, status.journals);
  print_unreadable(context, status.unreadable);
  print(context.terminal, status.at_boot);
  return 0;
}

}  // namespace gpupass::cli
