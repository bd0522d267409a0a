// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest delete VM`: what `create` made, undone in reverse.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>

#include "cli/guest/files.hpp"
#include "cli/guest/guest.hpp"
#include "cli/guest/under_way.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/lock.hpp"
#include "gpupass/session/domain_uses.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {
namespace {

struct Options {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(60)};
  bool dry_run = false;
  bool yes = false;
};

Syntax syntax(const Context& context, Options& options) {
  Syntax syntax(
      "gpupass guest delete VM [options]",
      "Gives a guest's card back to its driver, forgets the guest, and removes the disk and the seed that\n"
      "gpupass made for it. The image below that disk stays.");
  syntax.flag("dry-run,n", options.dry_run, "print what would be done, and change nothing");
  syntax.flag("yes,y", options.yes, "do not ask");
  add_guest(syntax, context, options.guest);
  return syntax;
}

/// The files that were made for a guest: its marks are copied with its XML, so a clone names those of the
/// original, too.
struct Belongings {
  std::vector<std::string> go;
  std::vector<std::string> stay;  // each with why
};

/// What the disks of other domains are, by the files.
Result<std::map<std::string, std::string>> used_by_others(DomainStore& store, const std::string& name) {
  std::map<std::string, std::string> users;
  GPUPASS_TRY_ASSIGN(const auto domains, store.domains());
  for (const auto& domain : domains) {
    if (domain.name == name) continue;
    const auto xml = store.xml(domain.name, domain.persistent ? DomainView::config : DomainView::live);
    if (!xml && xml.error().kind == ErrorKind::not_found) continue;  // it went since
    if (!xml) return Failure(xml.error());
    GPUPASS_TRY_ASSIGN(const auto files, disk_files(*xml));
    for (const auto& file : files) users.emplace(file, domain.name);
  }
  return users;
}

Result<Belongings> belongings_of(const OpenGuest& guest) {
  GPUPASS_TRY_ASSIGN(const auto own, disk_files(guest.xml));
  GPUPASS_TRY_ASSIGN(const auto others, used_by_others(*guest.hypervisor, guest.state.name));
  Belongings files;
  for (const auto& file : guest.mark.files) {
    const auto other = others.find(file);
    if (other != others.end()) {
      files.stay.push_back(fmt::format("{}: {} uses it", file, other->second));
    } else if (std::ranges::count(own, file) == 0) {
      files.stay.push_back(fmt::format("{}: it is no disk of {}", file, guest.state.name));
    } else {
      files.go.push_back(file);
    }
  }
  return files;
}

/// What of the host the guest has.
struct Devices {
  Functions given;                 // they go back: in its configuration as gpupass edits it, or held for it
  std::vector<DomainDevice> left;  // that gpupass did not give it: they are as they were once it is gone
};

Result<Devices> devices_of(Context& context, const OpenGuest& guest) {
  GPUPASS_TRY_ASSIGN(const auto all, session::devices_in(*guest.hypervisor, guest.xml));
  Quiet quiet(context.terminal);
  GPUPASS_TRY_ASSIGN(const auto holds, session::known_holds(context.host, quiet));
  Devices devices;
  for (const auto& device : all) {
    if (device.function && is_editable(device.way)) {
      devices.given.push_back(*device.function);
    } else {
      devices.left.push_back(device);
    }
  }
  for (const auto& hold : holds) {
    if (is_for(hold, {guest.state.name, guest.hypervisor->uri()})) devices.given.push_back(hold.device);
  }
  devices.given = session::in_order(std::move(devices.given));
  return devices;
}

void print_steps(std::ostream& out, const OpenGuest& guest, const Devices& devices, const Belongings& files) {
  if (!devices.given.empty()) out << fmt::format("  give {} back\n", names(devices.given));
  for (const auto& device : devices.left)
    out << fmt::format("  leave {} as it is: gpupass did not give it\n", describe(device));
  for (const auto& file : files.go) out << fmt::format("  remove {}\n", file);
  for (const auto& file : files.stay) out << fmt::format("  leave {}\n", file);
  out << fmt::format("  undefine {}\n", guest.state.name);
}

Failure not_agreed(const OpenGuest& guest) {
  return fail(ErrorKind::refused, fmt::format("{} and all that is on its disk would go", guest.state.name),
              "nothing was changed; --yes agrees to this");
}

Result<void> agree(Context& context, const OpenGuest& guest, const Devices& devices,
                   const Belongings& files) {
  auto& terminal = context.terminal;
  if (!terminal.can_ask) return not_agreed(guest);
  print_steps(terminal.err, guest, devices, files);
  if (says_yes(terminal, fmt::format("Delete {} and all that is on its disk?", guest.state.name))) return {};
  return fail(ErrorKind::refused, fmt::format("{} stays", guest.state.name), "nothing was changed");
}

/// All that it has goes back.
session::DetachRequest return_of(const GuestOptions& options, const std::string& name) {
  return {{.vm = name, .uri = options.uri, .config = true}, {}};
}

/// What the detach would refuse. It is asked before anybody agrees to anything.
Result<void> try_detach(Context& context, const GuestOptions& options, const std::string& name,
                        const Devices& devices) {
  session::Agreed unheard;
  const session::Manner looking{unheard, true, options.timeout};
  session::Locks none;
  GPUPASS_TRY(session::lock(context, looking, "", devices.given, name, none));
  if (devices.given.empty()) return {};
  GPUPASS_TRY(session::detach(context, looking, return_of(options, name)));
  return {};
}

/// The domain last: it knows its files, so that what failed can be tried again.
Result<void> remove_with_files(Context& context, const OpenGuest& guest, const std::string& uri,
                               const Belongings& files) {
  GPUPASS_TRY(remove_files(context.host, files.go));
  GPUPASS_TRY(guest.hypervisor->undefine(guest.state.name));
  // Of a create that was killed when libvirt had just got it.
  const auto record = load_under_way(context.host, guest.state.name);
  if (!record || !*record || (*record)->uri != uri) return {};
  if (auto done = remove_under_way(context.host, guest.state.name); !done)
    context.terminal.err << fmt::format("note: {}; `gpupass recover` removes it\n", describe(done.error()));
  return {};
}

/// A guest that libvirt does not have: what is left of a create that was killed is removed. `absent` is what
/// open_guest() said, which is the answer where nothing is left.
Result<int> delete_interrupted(Context& context, const GuestOptions& options, bool dry_run,
                               const Error& absent) {
  const auto& name = options.vm;
  if (absent.kind != ErrorKind::not_found || name.find('/') != std::string::npos) return Failure(absent);
  GPUPASS_TRY_ASSIGN(const auto left, load_under_way(context.host, name));
  if (!left || left->uri != options.uri) return Failure(absent);
  auto& out = context.terminal.out;
  if (dry_run) {
    out << fmt::format("would remove what an interrupted create of {} left:\n", name);
    for (const auto& file : left->files) out << fmt::format("  remove {}\n", file);
    out << "nothing was changed\n";
    return 0;
  }
  Quiet quiet(context.terminal);
  GPUPASS_TRY_ASSIGN(const auto lock, session::acquire(context, {quiet, false, options.timeout},
                                                       under_way_lock(name), "guest delete " + name));
  GPUPASS_TRY_ASSIGN(const auto still, load_under_way(context.host, name));
  if (!still) return Failure(absent);  // that create was not interrupted: it has ended
  GPUPASS_TRY(undo_create(context.host, *still));
  out << fmt::format("removed what an interrupted create of {} left\n", name);
  return 0;
}

}  // namespace

Result<int> guest_delete(Context& context, const std::vector<std::string>& arguments) {
  Options asked;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, asked), arguments));
  if (!go) return 0;
  const auto& [options, dry_run, yes] = asked;
  GPUPASS_TRY(session::refuse_captured(context.host, dry_run));
  const auto opened = open_guest(context, options);
  if (!opened) return delete_interrupted(context, options, dry_run, opened.error());
  const auto& guest = *opened;
  GPUPASS_TRY_ASSIGN(const auto devices, devices_of(context, guest));
  const auto& name = guest.state.name;
  if (guest.state.running)
    return fail(ErrorKind::busy, fmt::format("{} is running", name),
                fmt::format("nothing was changed; `gpupass guest stop {}` first", name));
  GPUPASS_TRY_ASSIGN(const auto files, belongings_of(guest));
  auto& out = context.terminal.out;
  if (dry_run) {
    out << fmt::format("would delete {}:\n", name);
    print_steps(out, guest, devices, files);
  }
  GPUPASS_TRY(try_detach(context, options, name, devices));
  if (dry_run) {
    if (!yes) return not_agreed(guest);
    out << "This was a dry run; nothing was changed.\n";
    return 0;
  }
  if (!yes) GPUPASS_TRY(agree(context, guest, devices, files));
  if (!devices.given.empty()) {
    Teller teller(context.terminal, {.yes = true, .timeout = options.timeout}, options.uri);
    GPUPASS_TRY_ASSIGN(const auto done, session::detach(context, teller.manner(), return_of(options, name)));
    teller.tell(done);
  }
  if (auto done = remove_with_files(context, guest, options.uri, files); !done) {
    auto& error = done.error();
    error.hint = fmt::format("{}part of {} may be gone; `gpupass guest delete {}` again goes on",
                             devices.given.empty() ? "" : "its card was given back, and ", name, name);
    return Failure(std::move(error));
  }
  out << fmt::format("{} is gone\n", name);
  for (const auto& file : files.stay) out << fmt::format("left {}\n", file);
  return 0;
}

}  // namespace gpupass::cli
