// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/change.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/holds.hpp"
#include "gpupass/sys/terminal.hpp"
#include "session/prepared.hpp"

namespace gpupass::session {
namespace {

Result<void> refuse_interrupted(const std::vector<JournalRecord>& journals, const Functions& functions,
                                const std::string& domain) {
  for (const auto& journal : journals) {
    const auto about = shared_with(journal.plan, functions, domain);
    if (about.empty() || journal.ended()) continue;
    if (!journal.has_plan())
      return fail(ErrorKind::busy,
                  fmt::format("{}: an earlier command did not end, and what it did cannot be read: {}", about,
                              journal.damage),
                  "nothing was changed; `gpupass recover --forget` sets that file aside and accepts the "
                  "machine as it is");
    return fail(ErrorKind::busy,
                fmt::format("{}: an earlier command did not end (\"{}\", started {})", about,
                            journal.plan.command, journal.started),
                "nothing was changed; `gpupass recover` finishes or undoes it (--dry-run shows which)");
  }
  return {};
}

/// What a request that changes nothing says of interrupted ones, and of what an ended one left in the kernel:
/// the same, if it may read of them.
Result<void> would_be_refused(const Host& host, Requester& requester, const Functions& functions,
                              const std::string& domain) {
  for (const auto& function : functions) GPUPASS_TRY(Lock::obtainable(host, to_string(function)));
  const auto journals = load_journals(host);
  if (!journals && journals.error().kind != ErrorKind::denied) return Failure(journals.error());
  if (!journals || std::ranges::any_of(*journals, &JournalRecord::denied))
    requester.note(
        "which commands did not end is for root to read; run as root this may be refused for that");
  return journals ? refuse_interrupted(*journals, functions, domain) : Result<void>{};
}

}  // namespace

Host& host_of_files(World& world) {
  static Host here;
  return world.host.captured() ? here : world.host;
}

std::string shared_with(const Plan& plan, const Functions& functions, const std::string& domain) {
  for (const auto& device : plan.devices)
    if (std::ranges::find(functions, device) != functions.end()) return to_string(device);
  return !domain.empty() && domains_of(plan).contains(domain) ? domain : "";
}

Functions in_order(Functions functions) {
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  return functions;
}

Functions joined(Functions functions, const Functions& more) {
  functions.insert(functions.end(), more.begin(), more.end());
  return in_order(std::move(functions));
}

Result<void> refuse_captured(const Host& host, bool dry_run) {
  return dry_run ? Result<void>{} : host.changeable();
}

Result<void> refuse_captured(const Host& host, const Manner& manner) {
  auto changeable = refuse_captured(host, manner.dry_run);
  if (!changeable) changeable.error().hint = "add --dry-run to see what would be done there";
  return changeable;
}

Result<void> for_root_only(const Host& host, const std::string& file) {
  auto allowed = host.only_root_can_write(file);
  if (!allowed && allowed.error().kind == ErrorKind::refused)
    allowed.error().hint =
        "nothing was changed; install gpupass where root alone writes (`cmake --install build --prefix "
        "/usr`, as "
        "root), and run it from there";
  return allowed;
}

std::string domain_lock(const std::string& domain) {
  return "domain-" + domain;
}

bool is_under_way(const Host& host, const JournalRecord& journal) {
  const auto is_locked = [&](const std::string& lock) {
    const auto owner = Lock::owner(host, lock);
    return owner && !owner->in_kernel;
  };
  const auto domains = domains_of(journal.plan);
  return std::ranges::any_of(journal.plan.devices,
                             [&](const PciAddress& device) { return is_locked(to_string(device)); }) ||
         std::ranges::any_of(domains, [&](const auto& domain) { return is_locked(domain_lock(domain)); });
}

Result<Lock> acquire(World& world, const Manner& manner, const std::string& name, const std::string& doing) {
  return Lock::acquire(world.host, name, doing, manner.patience,
                       [&](const LockOwner& owner) { manner.requester.waits_for(owner); });
}

Result<void> lock(World& world, const Manner& manner, const std::string& doing, const Functions& functions,
                  const std::string& domain, Locks& locks) {
  GPUPASS_TRY(refuse_captured(world.host, manner));
  sys::outlive_readers();  // of our output, and of what we say to libvirt
  if (manner.dry_run) return would_be_refused(world.host, manner.requester, functions, domain);
  for (const auto& function : in_order(functions)) {
    GPUPASS_TRY_ASSIGN(auto one, acquire(world, manner, to_string(function), doing));
    locks.devices.emplace(function, std::move(one));
  }
  if (!domain.empty()) {
    GPUPASS_TRY_ASSIGN(auto one, acquire(world, manner, domain_lock(domain), doing));
    locks.others.push_back(std::move(one));
  }
  GPUPASS_TRY_ASSIGN(const auto journals, load_journals(world.host));
  return refuse_interrupted(journals, functions, domain);
}

Result<void> lock_with_files(World& world, const Manner& manner, const std::string& doing,
                             const Functions& functions, const std::string& files, Locks& locks) {
  GPUPASS_TRY(lock(world, manner, doing, functions, "", locks));
  if (manner.dry_run) return {};
  GPUPASS_TRY_ASSIGN(auto one, acquire(world, manner, files, doing));
  locks.others.push_back(std::move(one));
  return {};
}

Doors doors_for(World& world, const Manner& manner, DomainStore* domains, const Locks& locks) {
  Doors doors{world.host, domains, &locks.devices, manner.patience, {}, sys::interrupted};
  doors.warn = [&requester = manner.requester](const Error& warning) {
    requester.note("it was done, but " + describe(warning));
  };
  return doors;
}

Result<Done> carry_out(World& world, const Manner& manner, Plan plan, DomainStore* domains,
                       const Locks& locks, Outcome outcome) {
  Done done{std::move(plan), std::move(outcome)};
  if (manner.dry_run) return done;
  auto& requester = manner.requester;
  auto doors = doors_for(world, manner, domains, locks);
  doors.observe = [&](const StepEvent& event) {
    done.changed = done.changed || event.state == StepState::done;
    requester.hears(event);
  };
  sys::catch_interrupts();
  requester.begins(done.plan);
  GPUPASS_TRY(apply(done.plan, doors));
  return done;
}

}  // namespace gpupass::session
