// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/persist.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/boot_status.hpp"
#include "cli/difference.hpp"
#include "cli/selection.hpp"
#include "cli/unreadable.hpp"
#include "gpupass/boot/changes.hpp"
#include "gpupass/boot/kernel_options.hpp"
#include "gpupass/boot/screen.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"

namespace gpupass::cli {
namespace {

// What does not matter before a guest is to have it, or shows only how things are now; the screen and a
// kernel option that is missing are judged here, for the boots to come.
const std::set<std::string> k_rules_elsewhere = {"group-viable", "kvm-usable", "interrupt-remapping",
                                                 "device-held", "boot-display"};
const std::set<std::string> k_rules_for_guests = {"group-viable", "kvm-usable", "interrupt-remapping"};
// Nothing in them is secret, and `status` of an ordinary user goes by them.
constexpr unsigned k_for_all = 0644;

struct Request {
  ChangeOptions options;
  bool apply = false;
  bool now = false;  // besides the boots to come
  Functions functions;
};

/// The files that all bindings share are one command's at a time.
Result<void> lock_boot(Context& context, const Request& request, const std::string& doing, Locks& locks) {
  GPUPASS_TRY(lock(context, request.options, doing, request.functions, "", locks));
  if (request.options.dry_run) return {};
  const auto waiting = [&context](const LockOwner& owner) { say_waiting(context, owner); };
  GPUPASS_TRY_ASSIGN(auto one, Lock::acquire(context.host, "boot", doing, request.options.timeout, waiting));
  locks.domains.push_back(std::move(one));
  return {};
}

Result<void> refuse_virtual(const Inventory& inventory, const Functions& functions) {
  for (const auto& function : functions) {
    const auto* const device = inventory.find(function);
    if (!device->sriov || !device->sriov->physical_function) continue;
    return fail(
        ErrorKind::refused,
        fmt::format("{} is a virtual function of {}, and is made by a driver: it is not there when the "
                    "machine starts",
                    to_string(function), to_string(*device->sriov->physical_function)),
        "nothing was changed; what makes it at boot can bind it then, with gpupass bind without --persist");
  }
  return {};
}

/// Error: refused, where one of them is to be bound at boot as another device, which was at its address
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
std::vector<Finding> obstacles_at_boot(const Inventory& inventory, const Request& request,
                                       const Functions& all) {
  auto without = request.now ? k_rules_for_guests : k_rules_elsewhere;
  if (!request.now && !boot::missing_kernel_words(inventory).empty()) without.insert("iommu-enabled");
  auto findings = obstacles(inventory, request.functions, without);
  if (auto screen = boot::screen_without(inventory, all)) findings.push_back(*std::move(screen));
  return findings;
}

/// Those written down. What is written down of these functions must be readable; what cannot be read of
/// others stays as the list that is read at boot has it. Error: that of a record of these functions.
Result<std::vector<BootBinding>> written_bindings(Context& context, const Functions& functions) {
  auto read = read_boot_bindings(context.host);
  if (context.only_looks) read = if_permitted(context, "what is bound at each boot", std::move(read));
  GPUPASS_TRY_ASSIGN(auto records, std::move(read));
  const auto listed = listed_for_boot(context.host);
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

// ---- what remains for a person who did not say --apply --------------------------------------------

/// Steps without gpupass's own note of what it did, and without the files that are so already.
std::vector<SetFiles> left_to_do(const Host& host, std::vector<SetFiles> steps) {
  for (auto& step : steps) {
    std::erase_if(step.files, [&](const FileContent& file) {
      return file.path.starts_with("/var/lib/gpupass/") || boot::is_so(host, file);
    });
  }
  return steps;
}

/// A shipped file is copied; of any other, the difference that patch(1) takes as well.
Result<void> print_file(Context& context, const FileContent& file,
                        const std::vector<boot::Shipped>& shipped) {
  auto& out = context.terminal.out;
  const auto found = std::ranges::find(shipped, file.path, &boot::Shipped::path);
  const auto now = context.host.read(file.path);
  if (!file.text) {
    out << fmt::format("     rm {}\n", file.path);
  } else if (now == *file.text) {
    out << fmt::format("     chmod {:o} {}\n", file.mode, file.path);
  } else if (found != shipped.end()) {
    out << fmt::format("     install -D -m {:o} {} {}\n", file.mode, found->origin.string(), file.path);
  } else {
    GPUPASS_TRY_ASSIGN(const auto text,
                       difference(host_of_files(context), {now ? file.path : "/dev/null", now.value_or("")},
                                  {file.path, *file.text}));
    out << fmt::format("     change {}:\n", file.path);
    for (const auto line : core::split(text, '\n')) out << "       " << line << "\n";
  }
  return {};
}

Result<void> print_steps(Context& context, const std::vector<SetFiles>& steps, const std::string& command) {
  auto& out = context.terminal.out;
  if (steps.empty()) return {};
  const auto shipped = boot::shipped_files(boot::look_at(context.host), context.data);
  out << "\nThe rest is yours to do, or gpupass's:\n";
  int number = 0;
  for (const auto& step : steps) {
    out << fmt::format("  {}. {}\n", ++number, step.purpose);
    for (const auto& file : step.files) GPUPASS_TRY(print_file(context, file, shipped));
    if (!step.program.empty()) out << fmt::format("     {}\n", fmt::join(step.program, " "));
  }
  out << fmt::format("`{} --apply` does exactly this, and writes down how it was.\n", command);
  return {};
}

std::string with_addresses(const std::string& command, const Functions& functions) {
  std::string words = command;
  for (const auto& function : functions) words += " " + to_string(function);
  return words;
}

struct Work {
  std::string doing;    // "bind 0000:01:00.0 at every boot"
  std::string command;  // "gpupass bind --persist", for the hint
  Direction direction;
  std::vector<Step> now;        // that bind the devices at once
  SetFiles record;              // gpupass's own note
  std::vector<SetFiles> steps;  // everything else
};

Result<int> carry_out_at_boot(Context& context, const Request& request, Work work, const Locks& locks,
                              const std::string& outcome) {
  const auto left = request.apply ? std::vector<SetFiles>{} : left_to_do(context.host, work.steps);
  // What a person is shown they may do, and make another initramfs of it.
  if (!left.empty() && context.host.exists(boot::k_files_record))
    work.record.files.push_back({boot::k_files_record, std::nullopt, k_for_all});
  Plan plan{work.doing, work.direction, "", request.functions, work.now};
  if (!work.record.files.empty()) plan.steps.emplace_back(work.record);
  if (request.apply) plan.steps.insert(plan.steps.end(), work.steps.begin(), work.steps.end());
  GPUPASS_TRY_ASSIGN(const int status, carry_out(context, request.options, plan, nullptr, locks,
                                                 {outcome, "", {left.begin(), left.end()}}));
  if (request.options.format == Format::text)
    GPUPASS_TRY(print_steps(context, left, with_addresses(work.command, request.functions)));
  return status;
}

/// What `gpupass bind` does.
Result<std::vector<Step>> steps_now(Context& context, const Inventory& inventory,
                                    const Functions& functions) {
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(context, inventory, functions));
  const PlanFacts facts{inventory, std::move(holds), core::iso_time(context.host.now())};
  GPUPASS_TRY_ASSIGN(auto plan, plan_bind(facts, functions, "vfio-pci"));
  return std::move(plan.steps);
}

// ---- unbind ---------------------------------------------------------------------------------------

bool means(const Selector& selector, const BootBinding& binding) {
  if (selector.address) return binding.device == *selector.address;
  if (selector.slot) return binding.device.same_slot(*selector.slot);
  if (!selector.ids) return false;
  return binding.vendor == fmt::format("{:#06x}", selector.ids->vendor) &&
         binding.device_id == fmt::format("{:#06x}", selector.ids->device);
}

/// What is meant in the machine as it is; nothing where it is not there any more.
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
Functions without_unreadable(Context& context, Functions functions) {
  const auto records = read_boot_bindings(context.host).value_or(Records<BootBinding>{});
  for (const auto& record : records.unreadable) {
    context.terminal.err << fmt::format("note: {}\n", describe(record.why));
    std::erase_if(functions, [&](const PciAddress& function) { return to_string(function) == record.of; });
  }
  return functions;
}

/// The card itself may be gone; what is in the machine and not bound has been unbound before.
Result<Functions> bound_functions(Context& context, const std::vector<BootBinding>& known,
                                  const std::vector<Selector>& selectors, Companions companions) {
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  Functions functions;
  for (const auto& selector : selectors) {
    const auto before = functions.size();
    const auto now = meant_now(inventory, selector, companions);
    for (const auto& binding : known) {
      if (means(selector, binding) || std::ranges::find(now, binding.device) != now.end())
        functions.push_back(binding.device);
    }
    if (functions.size() != before) continue;
    functions.insert(functions.end(), now.begin(), now.end());
    if (!now.empty()) continue;
    return fail(ErrorKind::not_found, fmt::format("no binding at boot is of {}", selector.text),
                "nothing was changed; `gpupass status` lists them");
  }
  return in_order(std::move(functions));
}

}  // namespace

void add_persist_options(po::options_description& options) {
  options.add_options()("persist", "at the boots to come");
  options.add_options()("apply",
                        "with --persist: change the host's own files, too, and run what makes its initramfs "
                        "and boot menu");
}

Result<bool> is_persistent(const po::variables_map& values) {
  for (const auto* const option : {"apply", "now"}) {
    if (values.count(option) > 0 && values.count("persist") == 0)
      return fail(ErrorKind::usage, fmt::format("--{} goes with --persist", option),
                  "without --persist devices are bound now, and nothing of the boot is changed");
  }
  return values.count("persist") > 0;
}

Result<int> bind_at_boot(Context& context, const po::variables_map& values) {
  if (values["driver"].as<std::string>() != "vfio-pci")
    return fail(ErrorKind::usage, "--persist binds to vfio-pci and to no other driver", "leave --driver out");
  GPUPASS_TRY_ASSIGN(const auto options, change_options_of(values));
  context.only_looks = options.dry_run;
  GPUPASS_TRY_ASSIGN(const auto selectors, selectors_of(values, "selector"));
  if (selectors.empty()) return no_device_named();
  GPUPASS_TRY_ASSIGN(const auto first_look, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(auto functions, functions_meant(first_look, selectors, companions_of(values)));
  const Request request{options, values.count("apply") > 0, values.count("now") > 0, std::move(functions)};
  Work work{fmt::format("bind {} {}at every boot", names(request.functions), request.now ? "now and " : ""),
            request.now ? "gpupass bind --persist --now" : "gpupass bind --persist",
            Direction::take,
            {},
            {},
            {}};

  Locks locks;
  GPUPASS_TRY(lock_boot(context, request, work.doing, locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host));
  GPUPASS_TRY(refuse_virtual(inventory, request.functions));
  GPUPASS_TRY_ASSIGN(auto bindings, written_bindings(context, request.functions));
  GPUPASS_TRY(refuse_displaced(inventory, bindings, request.functions));
  std::vector<BootBinding> added;
  work.record.purpose = "write them down";
  for (const auto& function : request.functions) {
    auto binding = identify(context.host, function);
    const auto kept = std::ranges::find(bindings, function, &BootBinding::device);
    if (kept != bindings.end() && identity_of(*kept) == identity_of(binding)) continue;
    binding.since = core::iso_time(context.host.now());
    binding.boot_id = inventory.kernel.boot_id;
    work.record.files.push_back({boot_binding_path(function), to_json(binding) + "\n", k_for_all});
    added.push_back(std::move(binding));
  }
  bindings = merged(std::move(bindings), added);
  Functions all;
  for (const auto& binding : bindings) {
    if (displacement(inventory, binding).empty()) all.push_back(binding.device);
  }
  const auto machine = boot::look_at(context.host);
  if (request.apply) {
    for (const auto& file : boot::shipped_files(machine, context.data))
      GPUPASS_TRY(for_root_only(context.host, file.origin.string()));
  }
  GPUPASS_TRY_ASSIGN(work.steps, boot::changes(context.host, machine, context.data,
                                               {bindings, boot::missing_kernel_words(inventory)}));
  if (request.now) {
    GPUPASS_TRY_ASSIGN(work.now, steps_now(context, inventory, request.functions));
  }
  GPUPASS_TRY(consent(context, request.options, obstacles_at_boot(inventory, request, all)));
  const auto at_boot =
      request.apply || work.steps.empty()
          ? fmt::format(
                "on vfio-pci {}; gpupass.bind=off on the kernel's command line leaves it out at a boot",
                request.now ? "now and at each boot" : "from the next boot on, and not before")
      : request.now ? std::string("on vfio-pci now; the binding at boot is written down")
                    : std::string("written down");
  return carry_out_at_boot(
      context, request, work, locks,
      fmt::format("{} {} {}{}", names(request.functions), request.functions.size() == 1 ? "is" : "are",
                  at_boot, companion_note(inventory, all) + group_note(inventory, all)));
}

Result<int> unbind_at_boot(Context& context, const po::variables_map& values) {
  GPUPASS_TRY_ASSIGN(const auto options, change_options_of(values));
  context.only_looks = options.dry_run;
  GPUPASS_TRY_ASSIGN(const auto selectors, selectors_of(values, "selector"));
  const bool every = values.count("all") > 0;
  if (selectors.empty() && !every) return no_device_named();
  GPUPASS_TRY_ASSIGN(auto bindings, written_bindings(context, {}));
  const auto known = known_at_boot(context.host, bindings);
  Functions functions;
  if (every) {
    std::ranges::transform(known, std::back_inserter(functions), &BootBinding::device);
    functions = in_order(without_unreadable(context, std::move(functions)));
  } else {
    GPUPASS_TRY_ASSIGN(functions, bound_functions(context, known, selectors, companions_of(values)));
  }
  const Request request{options, values.count("apply") > 0, false, std::move(functions)};
  Work work{fmt::format("bind {} at no boot", names(request.functions)),
            "gpupass unbind --persist",
            Direction::give_back,
            {},
            {},
            {}};

  Locks locks;
  GPUPASS_TRY(lock_boot(context, request, work.doing, locks));
  GPUPASS_TRY_ASSIGN(bindings, written_bindings(context, request.functions));
  work.record.purpose = "forget them";
  for (const auto& function : request.functions) {
    if (std::erase_if(bindings, [&](const auto& binding) { return binding.device == function; }) > 0)
      work.record.files.push_back({boot_binding_path(function), std::nullopt, k_for_all});
  }
  GPUPASS_TRY_ASSIGN(work.steps,
                     boot::changes(context.host, boot::look_at(context.host), context.data, {bindings, {}}));
  return carry_out_at_boot(
      context, request, work, locks,
      request.functions.empty()
          ? "nothing is bound at boot"
          : fmt::format("{} {} {}", names(request.functions), request.functions.size() == 1 ? "is" : "are",
                        request.apply || work.steps.empty()
                            ? "with the host's own drivers from the next boot on"
                            : "forgotten"));
}

}  // namespace gpupass::cli
