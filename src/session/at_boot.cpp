// SPDX-License-Identifier: GPL-2.0-or-later
// Bindings that hold from boot to boot: gpupass's own notes, and the files of the host that act on them.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gpupass/boot/changes.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/judge/viability.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/session/at_boot.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::session {
namespace {

constexpr const char* k_boot_files = "boot";  // the lock of those that all bindings share

Result<void> refuse_virtual(const Inventory& inventory, const Functions& functions) {
  for (const auto& function : functions) {
    const auto* const device = inventory.find(function);
    if (!device->sriov || !device->sriov->physical_function) continue;
    return fail(ErrorKind::refused,
                fmt::format("{} is a virtual function of {}, and is created by a driver: it does not exist "
                            "when the machine starts",
                            to_string(function), to_string(*device->sriov->physical_function)),
                "nothing was changed; the program that creates it at boot can bind it then, with gpupass "
                "bind without --persist");
  }
  return {};
}

/// Error: refused, if one of them is to be bound at boot as another device, which was at its address
/// before: what was agreed to for that one is not agreed to for this one.
Result<void> refuse_displaced(const Inventory& inventory, const std::vector<BootBinding>& bindings,
                              const Functions& functions) {
  for (const auto& binding : bindings) {
    const auto elsewhere = displacement(inventory, binding);
    if (elsewhere.empty() || std::ranges::count(functions, binding.device) == 0) continue;
    return fail(
        ErrorKind::refused,
        fmt::format("{} is bound at each boot, and {}", to_string(binding.device), elsewhere),
        fmt::format("nothing was changed; {}; after that `gpupass bind --persist` takes what is there",
                    mending(inventory, binding)));
  }
  return {};
}

/// Of these functions; and of all that the host will be without, whether it can show its console.
std::vector<Finding> obstacles_at_boot(const Inventory& inventory, const Functions& functions, bool now,
                                       const Functions& all) {
  auto findings = judge::obstacles(inventory, {functions}, now ? Occasion::bind : Occasion::boot);
  std::ranges::move(judge::obstacles(inventory, {all}, Occasion::boot_without), std::back_inserter(findings));
  return findings;
}

/// Those written down. What is written down of these functions must be readable; what cannot be read of
/// others stays as the list that is read at boot has it. Error: that of a record of these functions.
Result<std::vector<BootBinding>> written_bindings(const Host& host, const Manner& manner,
                                                  const Functions& functions) {
  auto read = read_boot_bindings(host);
  if (manner.dry_run) read = if_permitted(manner.requester, "what is bound at each boot", std::move(read));
  GPUPASS_TRY_ASSIGN(auto records, std::move(read));
  const auto listed = listed_for_boot(host);
  for (const auto& record : records.unreadable) {
    const auto device = parse_pci_address(record.of);
    if (!device) continue;
    if (std::ranges::find(functions, *device) != functions.end()) return Failure(record.why);
    if (listed.contains(*device)) records.readable.push_back(listed_binding(*device, listed.at(*device)));
  }
  std::ranges::sort(records.readable, {}, &BootBinding::device);
  return std::move(records.readable);
}

/// Those that stay, and the new ones, sorted by device.
std::vector<BootBinding> merged(std::vector<BootBinding> bindings, const std::vector<BootBinding>& added) {
  for (const auto& one : added) {
    std::erase_if(bindings, [&](const BootBinding& other) { return other.device == one.device; });
    bindings.push_back(one);
  }
  std::ranges::sort(bindings, {}, &BootBinding::device);
  return bindings;
}

/// Steps without gpupass's own note of what it did, and without the files that are so already.
std::vector<SetFiles> left_to_do(const Host& host, std::vector<SetFiles> steps) {
  for (auto& step : steps) {
    std::erase_if(step.files, [&](const FileContent& file) {
      return file.path.starts_with("/var/lib/gpupass/") || boot::is_so(host, file);
    });
  }
  return steps;
}

struct Work {
  std::string doing;  // "bind 0000:01:00.0 at every boot"
  Direction direction;
  Functions functions;
  std::vector<Step> now = {};        // that bind the devices at once
  SetFiles record = {};              // gpupass's own note
  std::vector<SetFiles> steps = {};  // everything else
};

/// What is not applied remains for a person to do.
Result<Done> carry_out_at_boot(World& world, const Manner& manner, bool apply, Work work, const Locks& locks,
                               const std::string& outcome) {
  const auto left = apply ? std::vector<SetFiles>{} : left_to_do(world.host, work.steps);
  // What a person is shown they may do, and make another initramfs of it.
  if (!left.empty() && world.host.exists(boot::k_files_record))
    work.record.files.push_back({boot::k_files_record, std::nullopt});
  Plan plan{work.doing, work.direction, "", names_of(work.functions), work.now};
  plan.files = k_boot_files;
  if (!work.record.files.empty()) plan.steps.emplace_back(work.record);
  if (apply) plan.steps.insert(plan.steps.end(), work.steps.begin(), work.steps.end());
  return carry_out(world, manner, std::move(plan), nullptr, locks, {outcome, "", {left.begin(), left.end()}});
}

/// What `gpupass bind` does.
Result<std::vector<Step>> steps_now(const World& world, const Manner& manner, const Inventory& inventory,
                                    const Functions& functions) {
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(world, manner, inventory, functions));
  const auto facts = facts_for(world, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(auto plan, plan_bind(facts, functions, "vfio-pci"));
  return std::move(plan.steps);
}

// ---- unbind ---------------------------------------------------------------------------------------

bool means(const Selector& selector, const BootBinding& binding) {
  if (const auto* const ids = std::get_if<PciIds>(&selector.means))
    return binding.vendor == fmt::format("{:#06x}", ids->vendor) &&
           binding.device_id == fmt::format("{:#06x}", ids->device);
  return is_at(selector, binding.device);
}

/// What is meant in the machine as it is; nothing if it is not there any more.
Functions meant_now(const Inventory& inventory, const Selector& selector, Companions companions) {
  return functions_meant(inventory, {selector}, companions).value_or(Functions{});
}

/// Those written down, and those only still in the list that is read at boot.
std::vector<BootBinding> known_at_boot(const Host& host, std::vector<BootBinding> known) {
  for (const auto& [device, identity] : listed_for_boot(host))
    known.push_back(listed_binding(device, identity));
  return known;
}

/// Those of which something cannot be read stay as they are, and are told.
Functions without_unreadable(const Host& host, Requester& requester, Functions functions) {
  const auto records = read_boot_bindings(host).value_or(Records<BootBinding>{});
  for (const auto& record : records.unreadable) {
    requester.note(describe(record.why));
    std::erase_if(functions, [&](const PciAddress& function) { return to_string(function) == record.of; });
  }
  return functions;
}

/// The card itself may be gone; what is in the machine and not bound has been unbound before.
Result<Functions> bound_functions(const Host& host, const std::vector<BootBinding>& known,
                                  const Selection& what) {
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(host, {.holders = false}));
  Functions functions;
  for (const auto& selector : what.selectors) {
    const auto before = functions.size();
    const auto now = meant_now(inventory, selector, what.companions);
    for (const auto& binding : known) {
      if (means(selector, binding) || std::ranges::find(now, binding.device) != now.end())
        functions.push_back(binding.device);
    }
    if (functions.size() != before) continue;
    functions.insert(functions.end(), now.begin(), now.end());
    if (!now.empty()) continue;
    return fail(ErrorKind::not_found, fmt::format("{} is not bound at boot", selector.text),
                "nothing was changed; `gpupass status` lists them");
  }
  return in_order(std::move(functions));
}

}  // namespace

std::string displacement(const Inventory& inventory, const BootBinding& binding) {
  const auto identity = remembered(binding);
  if (presence_of(identity, binding.device, inventory) == Presence::there) return "";
  return fmt::format("{}, not the {} that was named; {}",
                     report::what_is_there(inventory, binding.device, identity), ids_text(identity),
                     report::where_it_is(inventory, identity));
}

std::string mending(const Inventory& inventory, const BootBinding& binding) {
  auto text = fmt::format("`gpupass unbind --persist --apply {}` forgets it", to_string(binding.device));
  const auto found = find_device(inventory, remembered(binding));
  if (found.certain)
    text +=
        fmt::format(", then `gpupass bind --persist --apply {}`", to_string(found.devices.front()->address));
  return text;
}

Result<Done> bind_at_boot(World& world, const Manner& manner, const BindAtBootRequest& request) {
  GPUPASS_TRY_ASSIGN(const auto first_look, discover::read_inventory(world.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(const auto functions, functions_of(first_look, request.what));
  Work work{fmt::format("bind {} {}at every boot", names(functions), request.now ? "now and " : ""),
            Direction::take, functions};

  Locks locks;
  GPUPASS_TRY(lock_with_files(world, manner, work.doing, functions, k_boot_files, locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host));
  GPUPASS_TRY(refuse_virtual(inventory, functions));
  GPUPASS_TRY_ASSIGN(auto bindings, written_bindings(world.host, manner, functions));
  GPUPASS_TRY(refuse_displaced(inventory, bindings, functions));
  std::vector<BootBinding> added;
  work.record.purpose = "write them down";
  for (const auto& function : functions) {
    auto binding = identify(world.host, function);
    const auto kept = std::ranges::find(bindings, function, &BootBinding::device);
    if (kept != bindings.end() && identity_of(*kept) == identity_of(binding)) continue;
    binding.since = core::iso_time(world.host.now());
    binding.boot_id = inventory.kernel.boot_id;
    work.record.files.push_back({boot_binding_path(function), to_json(binding) + "\n"});
    added.push_back(std::move(binding));
  }
  bindings = merged(std::move(bindings), added);
  Functions all;
  for (const auto& binding : bindings) {
    if (displacement(inventory, binding).empty()) all.push_back(binding.device);
  }
  const auto machine = boot::look_at(world.host);
  if (request.apply) {
    for (const auto& file : boot::shipped_files(machine, world.data))
      GPUPASS_TRY(for_root_only(world.host, file.origin.string(), k_install_for_root));
  }
  GPUPASS_TRY_ASSIGN(work.steps, boot::changes(world.host, machine, world.data,
                                               {bindings, judge::missing_kernel_words(inventory)}));
  if (request.now) {
    GPUPASS_TRY_ASSIGN(work.now, steps_now(world, manner, inventory, functions));
  }
  const bool applied = request.apply || work.steps.empty();
  GPUPASS_TRY(consent(manner, obstacles_at_boot(inventory, functions, request.now, all)));
  const auto at_boot =
      applied ? fmt::format(
                    "on vfio-pci {}; gpupass.bind=off on the kernel's command line leaves it out at a boot",
                    request.now ? "now and at each boot" : "from the next boot on")
      : request.now ? std::string("on vfio-pci now; the binding at boot is written down")
                    : std::string("written down");
  return carry_out_at_boot(world, manner, request.apply, std::move(work), locks,
                           fmt::format("{} {} {}{}", names(functions), functions.size() == 1 ? "is" : "are",
                                       at_boot, companion_note(inventory, all) + group_note(inventory, all)));
}

Result<Done> unbind_at_boot(World& world, const Manner& manner, const UnbindAtBootRequest& request) {
  GPUPASS_TRY_ASSIGN(auto bindings, written_bindings(world.host, manner, {}));
  const auto known = known_at_boot(world.host, bindings);
  Functions functions;
  if (request.what) {
    GPUPASS_TRY_ASSIGN(functions, bound_functions(world.host, known, *request.what));
  } else {
    std::ranges::transform(known, std::back_inserter(functions), &BootBinding::device);
    functions = in_order(without_unreadable(world.host, manner.requester, std::move(functions)));
  }
  Work work{fmt::format("stop binding {} at boot", names(functions)), Direction::give_back, functions};

  Locks locks;
  GPUPASS_TRY(lock_with_files(world, manner, work.doing, functions, k_boot_files, locks));
  GPUPASS_TRY_ASSIGN(bindings, written_bindings(world.host, manner, functions));
  work.record.purpose = "forget them";
  for (const auto& function : functions) {
    if (std::erase_if(bindings, [&](const auto& binding) { return binding.device == function; }) > 0)
      work.record.files.push_back({boot_binding_path(function), std::nullopt});
  }
  GPUPASS_TRY_ASSIGN(work.steps,
                     boot::changes(world.host, boot::look_at(world.host), world.data, {bindings, {}}));
  const bool applied = request.apply || work.steps.empty();
  return carry_out_at_boot(
      world, manner, request.apply, std::move(work), locks,
      functions.empty()
          ? "nothing is bound at boot"
          : fmt::format("{} {} {}", names(functions), functions.size() == 1 ? "is" : "are",
                        applied ? "with the host's own drivers from the next boot on" : "forgotten"));
}

}  // namespace gpupass::session
