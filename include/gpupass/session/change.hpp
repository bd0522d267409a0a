// SPDX-License-Identifier: GPL-2.0-or-later
// What every request that changes something goes through: locks, and in the end the plan's application.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gpupass/done.hpp"
#include "gpupass/session/requester.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::session {

using Functions = std::vector<PciAddress>;

/// Sorted, each once.
[[nodiscard]] Functions in_order(Functions functions);
/// Both, in order.
[[nodiscard]] Functions joined(Functions functions, const Functions& more);

/// Everything that is locked while a request is carried out. Empty on a dry run.
struct Locks {
  std::map<DeviceName, Lock> devices;
  std::vector<Lock> others;  // of domains, and of files that several commands write
};

/// Error: refused, on a captured host unless nothing is to be changed anyway.
[[nodiscard]] Result<void> refuse_captured(const Host& host, bool dry_run = false);
/// The same of a request, with how to look instead.
[[nodiscard]] Result<void> refuse_captured(const Host& host, const Manner& manner);
/// What root will run, install or start must not be an ordinary user's to change. Error: refused, with what
/// to do instead.
[[nodiscard]] Result<void> for_root_only(const Host& host, const std::string& file, const std::string& hint);
/// That, where it is gpupass itself.
inline constexpr const char* k_install_for_root =
    "install gpupass where root alone writes (`cmake --install build --prefix /usr`, as root), and run it "
    "from there";

/// The name of a domain's lock; a device's is its address.
[[nodiscard]] std::string domain_lock(const std::string& domain);

/// True of a journal whose command is at work right now, as opposed to one that was interrupted.
[[nodiscard]] bool is_under_way(const Host& host, const JournalRecord& journal);

/// One lock. Whoever has it is waited for, which the requester hears.
[[nodiscard]] Result<Lock> acquire(World& world, const Manner& manner, const std::string& name,
                                   const std::string& doing);

/// Locks devices in order of address, then the domain: two requests never wait for each other in a circle.
/// Refuses a device or a domain that an interrupted gpupass left in the middle. Takes nothing on a dry run.
[[nodiscard]] Result<void> take_locks(World& world, const Manner& manner, const std::string& doing,
                                      const Functions& functions, const std::string& domain, Locks& locks);

/// take_locks(), with files that several commands write, by the name of their lock. The plan names it, too
/// (Plan::files), so that a command that was interrupted among them is recovered first.
[[nodiscard]] Result<void> lock_with_files(World& world, const Manner& manner, const std::string& doing,
                                           const Functions& functions, const std::string& files,
                                           Locks& locks);

/// The lock of a file that several commands change in parts. Refuses one that an interrupted command left in
/// the middle: undoing that would undo what is done to the file now.
[[nodiscard]] Result<void> lock_file(World& world, const Manner& manner, const std::string& doing,
                                     const std::string& lock, const std::string& path, Locks& locks);

/// What of a plan these devices, this domain and these files are: a device of it, the domain, or one of the
/// files; empty for nothing.
[[nodiscard]] std::string shared_with(const Plan& plan, const DeviceNames& devices, const std::string& domain,
                                      const std::string& files = {});

/// Carries the plan out; on a dry run hands it back.
[[nodiscard]] Result<Done> carry_out(World& world, const Manner& manner, Plan plan, DomainStore* domains,
                                     const Locks& locks, Outcome outcome);

}  // namespace gpupass::session
