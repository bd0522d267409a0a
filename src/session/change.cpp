// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gpupass/holds.hpp"
#include "gpupass/sys/terminal.hpp"
#include "session/cdi_record.hpp"
#include "session/descriptions.hpp"
#include "session/prepared.hpp"

namespace gpupass::session {
namespace {

/// What a request locks.
struct Wanted {
  DeviceNames devices;
  std::string domain;  // empty: none
  std::string files;   // of the lock of files that several commands write; empty: none
  std::string path;    // of such a file in plans that do not name its lock; empty: none
};

bool writes(const Plan& plan, const std::string& path) {
  return std::ranges::any_of(plan.steps, [&](const Step& step) {
    const auto* const set = std::get_if<SetFiles>(&step);
    return set != nullptr && std::ranges::find(set->files, path, &FileContent::path) != set->files.end();
  });
}

/// `looking` is the host of a request that has locked nothing: others may be at work there.
Result<void> refuse_interrupted(const std::vector<JournalRecord>& journals, const Wanted& wanted,
                                const Host* looking = nullptr) {
  for (const auto& journal : journals) {
    auto about = shared_with(journal.plan, wanted.devices, wanted.domain, wanted.files);
    if (about.empty() && writes(journal.plan, wanted.path)) about = wanted.path;
    if (about.empty() || journal.ended()) continue;
    if (!journal.has_plan())
      return fail(ErrorKind::busy,
                  fmt::format("{}: an earlier command did not end, and what it did cannot be read: {}", about,
                              journal.damage),
                  "nothing was changed; `gpupass recover --forget` sets that file aside and accepts the "
                  "machine as it is");
    if (looking != nullptr && is_under_way(*looking, journal))
      return fail(ErrorKind::busy,
                  fmt::format("{}: another command is running (\"{}\", started {})", about,
                              journal.plan.command, journal.started),
                  "nothing was changed; wait for its end");
    return fail(ErrorKind::busy,
                fmt::format("{}: an earlier command did not end (\"{}\", started {})", about,
                            journal.plan.command, journal.started),
                "nothing was changed; `gpupass recover` finishes or undoes it (--dry-run shows which)");
  }
  return {};
}

/// What a request that changes nothing says of interrupted ones, and of what an ended one left in the kernel:
/// the same, if it may read of them.
Result<void> would_be_refused(const Host& host, Requester& requester, const Wanted& wanted) {
  for (const auto& device : wanted.devices) GPUPASS_TRY(Lock::obtainable(host, to_string(device)));
  const auto journals = load_journals(host);
  if (!journals && journals.error().kind != ErrorKind::denied) return Failure(journals.error());
  if (!journals || std::ranges::any_of(*journals, &JournalRecord::denied))
    requester.note(
        "only root can read which commands did not end; run as root, this may be refused because of one");
  return journals ? refuse_interrupted(*journals, wanted, &host) : Result<void>{};
}

/// The path of the first file that it writes.
std::string first_file(const Plan& plan) {
  for (const auto& step : plan.steps) {
    const auto* const set = std::get_if<SetFiles>(&step);
    if (set != nullptr && !set->files.empty()) return set->files.front().path;
  }
  return "files of the host";
}

/// In order of address, then the domain, then the files: two requests never wait for each other in a circle.
Result<void> lock_all(World& world, const Manner& manner, const std::string& doing, const Wanted& wanted,
                      Locks& locks) {
  GPUPASS_TRY(refuse_captured(world.host, manner));
  sys::outlive_readers();  // of our output, and of what we say to libvirt
  if (manner.dry_run) return would_be_refused(world.host, manner.requester, wanted);
  for (const auto& device : std::set(wanted.devices.begin(), wanted.devices.end())) {
    GPUPASS_TRY_ASSIGN(auto one, acquire(world, manner, to_string(device), doing));
    locks.devices.emplace(device, std::move(one));
  }
  const auto add = [&](const std::string& name) -> Result<void> {
    GPUPASS_TRY_ASSIGN(auto one, acquire(world, manner, name, doing));
    locks.others.push_back(std::move(one));
    return {};
  };
  if (!wanted.domain.empty()) GPUPASS_TRY(add(domain_lock(wanted.domain)));
  if (!wanted.files.empty()) GPUPASS_TRY(add(wanted.files));
  GPUPASS_TRY_ASSIGN(const auto journals, load_journals(world.host));
  return refuse_interrupted(journals, wanted);
}

}  // namespace

Host& host_of_files(World& world) {
  static Host here;
  return world.host.captured() ? here : world.host;
}

std::string shared_with(const Plan& plan, const DeviceNames& devices, const std::string& domain,
                        const std::string& files) {
  for (const auto& device : plan.devices)
    if (std::ranges::find(devices, device) != devices.end()) return to_string(device);
  if (!domain.empty() && domains_of(plan).contains(domain)) return domain;
  return !files.empty() && plan.files == files ? first_file(plan) : "";
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

Result<void> for_root_only(const Host& host, const std::string& file, const std::string& hint) {
  auto allowed = host.only_root_can_write(file);
  if (!allowed && allowed.error().kind == ErrorKind::refused)
    allowed.error().hint = "nothing was changed; " + hint;
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
                             [&](const DeviceName& device) { return is_locked(to_string(device)); }) ||
         std::ranges::any_of(domains, [&](const auto& domain) { return is_locked(domain_lock(domain)); }) ||
         (!journal.plan.files.empty() && is_locked(journal.plan.files));
}

Result<Lock> acquire(World& world, const Manner& manner, const std::string& name, const std::string& doing) {
  return Lock::acquire(world.host, name, doing, manner.patience,
                       [&](const LockOwner& owner) { manner.requester.waits_for(owner); });
}

Result<void> take_locks(World& world, const Manner& manner, const std::string& doing,
                        const Functions& functions, const std::string& domain, Locks& locks) {
  return lock_all(world, manner, doing, {names_of(functions), domain, {}, {}}, locks);
}

Result<void> lock_with_files(World& world, const Manner& manner, const std::string& doing,
                             const Functions& functions, const std::string& files, Locks& locks) {
  return lock_all(world, manner, doing, {names_of(functions), {}, files, {}}, locks);
}

Result<void> lock_file(World& world, const Manner& manner, const std::string& doing, const std::string& lock,
                       const std::string& path, Locks& locks) {
  const Wanted wanted{{}, {}, lock, path};
  if (!manner.dry_run) return lock_all(world, manner, doing, wanted, locks);
  Agreed unheard;  // whoever may not read of interrupted commands was told when the devices were looked at
  return would_be_refused(world.host, unheard, wanted);
}

apply::Doors doors_for(World& world, const Manner& manner, DomainStore* domains, const Locks& locks) {
  apply::Doors doors{world.host, domains, &locks.devices, manner.patience, {}, sys::interrupted};
  doors.warn = [&requester = manner.requester](const Error& warning) {
    requester.note("it was done, but " + describe(warning));
  };
  return doors;
}

namespace {

/// Adds names that were taken out of gpupass's CDI files again, for cards that were returned.
Result<void> describe_again(World& world, const Manner& manner, const Functions& functions,
                            apply::Doors& doors, Locks& locks) {
  GPUPASS_TRY_ASSIGN(auto back, returning_names(world, manner.requester, functions));
  if (back.plan.steps.empty()) return {};
  if (locks.others.empty()) {
    GPUPASS_TRY(lock_descriptions(world, manner, back.plan.command, locks));
    GPUPASS_TRY_ASSIGN(back, returning_names(world, manner.requester, functions));
    if (back.plan.steps.empty()) return {};
  }
  manner.requester.begins(back.plan);
  return apply::execute(back.plan, doors);
}

}  // namespace

Result<Done> carry_out(World& world, const Manner& manner, Plan plan, DomainStore* domains,
                       const Locks& locks, Outcome outcome) {
  Locks of_files;
  GPUPASS_TRY(take_from_descriptions(world, manner, plan, of_files));
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
  GPUPASS_TRY(apply::execute(done.plan, doors));
  if (done.plan.devices.empty()) return done;
  auto described = describe_again(world, manner, functions_among(done.plan.devices), doors, of_files);
  if (described) return done;
  auto error = within("it was done, but gpupass's CDI file for containers", std::move(described).error());
  error.value().kind = ErrorKind::partial;
  error.value().hint = "`gpupass recover` writes it";
  return error;
}

}  // namespace gpupass::session
