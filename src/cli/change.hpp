// SPDX-License-Identifier: GPL-2.0-or-later
// What every command that changes something goes through: locks, a fresh look, judgement, consent,
// the plan, and its application.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/apply.hpp"
#include "gpupass/finding.hpp"

namespace gpupass::cli {

/// Options that all of them have.
struct ChangeOptions {
  bool dry_run = false;
  bool yes = false;
  Format format = Format::text;
  std::chrono::milliseconds timeout = std::chrono::seconds(60);  // for each thing that may block
};

void add_change_options(po::options_description& options);
[[nodiscard]] Result<ChangeOptions> change_options_of(const po::variables_map& values);

using Functions = std::vector<PciAddress>;

/// Everything that is locked while a command works. Empty locks on a dry run.
struct Locks {
  std::map<PciAddress, Lock> devices;
  std::vector<Lock> domains;
};

/// Error: refused, on a captured host unless nothing is to be changed anyway.
[[nodiscard]] Result<void> refuse_captured(const Context& context, const ChangeOptions& options);
/// For a command without --dry-run.
[[nodiscard]] Result<void> refuse_captured(const Context& context);
/// What root will run or install must not be an ordinary user's to change. Error: refused, with how to
/// install.
[[nodiscard]] Result<void> for_root_only(const Host& host, const std::string& file);

/// True of a journal whose command is at work right now, as opposed to one that was interrupted.
[[nodiscard]] bool is_under_way(const Host& host, const JournalRecord& journal);

/// Says whose lock is being waited for.
void say_waiting(Context& context, const LockOwner& owner);

/// Locks devices in order of address, then the domain: two commands never wait for each other in a
/// circle. Refuses a device that an interrupted gpupass left in the middle. Takes nothing on a dry run.
[[nodiscard]] Result<void> lock(Context& context, const ChangeOptions& options, const std::string& doing,
                                const Functions& functions, const std::string& domain, Locks& locks);

/// The holds of these functions, as they were written down.
[[nodiscard]] Result<std::vector<Hold>> written_holds(Context& context, const Functions& functions);

/// The same. Error: refused, where another device than the one that was taken is at an address: what was
/// agreed to is not agreed to for that. Only who gives back goes without.
[[nodiscard]] Result<std::vector<Hold>> current_holds(Context& context, const Inventory& inventory,
                                                      const Functions& functions);

/// "; another device is at 0000:01:00.0 now, and was left alone", after holds were given back; empty for
/// none.
[[nodiscard]] std::string left_alone_note(const Inventory& inventory, const std::vector<Hold>& holds);

/// The functions that a give-back acts on: without those at whose addresses other devices are by now.
[[nodiscard]] Functions still_there(const Inventory& inventory, const std::vector<Hold>& holds,
                                    Functions functions);

/// Endpoints of the functions' groups that are not among them and not on a vfio driver.
[[nodiscard]] Functions strangers(const Inventory& inventory, const Functions& functions);

/// What a command says of companions of a graphics card among the functions that stay with the host; empty
/// where none do.
[[nodiscard]] std::string companion_note(const Inventory& inventory, const Functions& functions);

/// What a command says of strangers after it bound the functions; empty for none.
[[nodiscard]] std::string group_note(const Inventory& inventory, const Functions& functions);

/// Error: refused, with each finding that no consent helps against.
[[nodiscard]] Result<void> refuse_impossible(const std::vector<Finding>& findings);

/// Asks for what a person has to decide: yes on a terminal, or --yes. Error: refused, with every
/// finding, when something is impossible, nobody can be asked, or it is a dry run without --yes.
[[nodiscard]] Result<void> consent(Context& context, const ChangeOptions& options,
                                   const std::vector<Finding>& findings);

/// Asks a person at the terminal. No answer is a no.
[[nodiscard]] bool says_yes(Terminal& terminal, const std::string& question);

/// Findings of these functions that block, except from the rules named.
[[nodiscard]] std::vector<Finding> obstacles(const Inventory& inventory, const Functions& functions,
                                             const std::set<std::string>& without = {});

/// Who has the functions' groups open: a guest, or another program. To unbind them would wait until it
/// lets go.
[[nodiscard]] std::vector<Finding> users_of_vfio(const Inventory& inventory, const Functions& functions);
/// What keeps functions from being given back as planned: these users, and a /sys that cannot be written.
[[nodiscard]] std::vector<Finding> obstacles_to_return(const Inventory& inventory, const Plan& plan,
                                                       const Functions& functions);

/// The words that name exactly these functions to a command: "0000:01:00.0 --with 0000:01:00.1 --only".
[[nodiscard]] std::vector<std::string> card_words(const Functions& functions);
/// What has `attach` put exactly these functions into a domain's configuration.
[[nodiscard]] std::vector<std::string> attach_words(const std::string& vm, const Functions& functions,
                                                    const std::string& uri);
/// Sorted, each once.
[[nodiscard]] Functions in_order(Functions functions);

/// What is so once a plan was carried out, or was so before.
struct Outcome {
  Outcome(std::string is_so, std::string whose = {}, std::vector<Step> left = {})  // NOLINT: a text is one
      : text(std::move(is_so)), domain(std::move(whose)), remaining(std::move(left)) {}
  std::string text;
  std::string domain;           // that the devices go to or come from; empty: none
  std::vector<Step> remaining;  // what a person still has to do
};

/// Prints the plan on a dry run; otherwise does it, with a line for each step, or says that it was so
/// already. Returns 0.
[[nodiscard]] Result<int> carry_out(Context& context, const ChangeOptions& options, const Plan& plan,
                                    Hypervisor* hypervisor, const Locks& locks, const Outcome& outcome);

}  // namespace gpupass::cli
