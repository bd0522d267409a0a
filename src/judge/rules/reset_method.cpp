// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/viability.hpp"
#include "judge/findings.hpp"
#include "judge/known_resets.hpp"

namespace gpupass::judge {
namespace {

/// A reset of the bus reaches everything on it; all other methods reach the function alone.
bool reaches_bus(const std::string& method) {
  return method == "bus" || method == "cxl_bus";
}

bool resets_alone(const Device& device) {
  return !std::ranges::all_of(device.reset_methods, reaches_bus);
}

Evidence methods(const Device& device) {
  const auto& list = device.reset_methods;
  return {sysfs::pci_device(device.address, "reset_method"),
          list.empty() ? "none" : fmt::format("{}", fmt::join(list, " "))};
}

Finding unread_method(const Device& device, std::vector<Evidence> problems) {
  return unmeasured(device.address, "how " + to_string(device.address) + " is reset could not be read",
                    std::move(problems),
                    "run `gpupass doctor` again as root; kernels before 5.15 do not say");
}

/// All that a reset of the target's buses reaches, with its groups, until nothing more comes along.
Target whole_buses(const Inventory& inventory, Target target) {
  for (std::size_t i = 0; i < target.functions.size(); ++i) {
    const auto* const device = inventory.find(target.functions[i]);
    if (device == nullptr || resets_alone(*device)) continue;
    target = with_groups(inventory, std::move(target), others_on_bus(inventory, target, *device));
  }
  return target;
}

std::string remedy_for_bus(const Inventory& inventory, const Target& target) {
  const auto whole = whole_buses(inventory, target);
  if (refusals(inventory, whole).empty())
    return fmt::format("give it all to one guest: `{}` (the host loses it)", with_words(whole, target));
  return "not all of it can go to the guest; power the machine off and on before trusting a device that a "
         "guest has had";
}

Finding reset_reaches(const Inventory& inventory, const Target& target, const Device& device,
                      const std::vector<PciAddress>& others) {
  return warns(
      device.address,
      fmt::format("{} is reset with its bus, which would reset {} too; unless the guest has all of it, "
                  "the reset is left out",
                  to_string(device.address), names(others)),
      {methods(device), {"bridge above", to_string(device.bridges.front())}},
      remedy_for_bus(inventory, target));
}

Finding no_method(const Device& device) {
  return warns(
      device.address,
      to_string(device.address) + " cannot be reset: the next user gets it as the last guest left it",
      {methods(device)}, "power the machine off and on before trusting a card that a guest has had");
}

/// AMD's cards before function-level reset (Polaris, Vega, Navi 10) and graphics within its processors.
bool may_not_come_back(const Device& device) {
  constexpr std::uint16_t k_amd = 0x1002;
  return device.vendor == k_amd && device.is_gpu();
}

Finding amd_reset(const Device& device) {
  return warns(device.address,
               fmt::format("{} {}, after which many AMD cards do not answer: after one guest it may be dead "
                           "until the machine is powered off",
                           to_string(device.address),
                           device.reset_methods.empty() ? "has no reset of its own, only that of its bus"
                                                        : "has only a reset of the bus"),
               {methods(device), {sysfs::pci_device(device.address, "vendor"), "0x1002"}},
               "install the kernel module vendor-reset, if it knows the card: reset_method then has "
               "device_specific");
}

/// The function's own reset is the one that fails, and a reset of its bus would reach nothing else.
bool bus_is_better(const Inventory& inventory, const Target& target, const Device& device,
                   const KnownReset& known) {
  return !known.with_bus && !device.bridges.empty() && others_on_bus(inventory, target, device).empty() &&
         std::ranges::find(device.reset_methods, "bus") != device.reset_methods.end();
}

std::string remedy_for_known(const Inventory& inventory, const Target& target, const Device& device,
                             const KnownReset& known) {
  if (bus_is_better(inventory, target, device, known)) {
    return fmt::format(
        "`echo bus > {}` resets it with its bus until the host is rebooted; a udev rule keeps that: "
        R"(SUBSYSTEM=="pci", ATTR{{vendor}}=="0x{:04x}", ATTR{{device}}=="0x{:04x}", ATTR{{reset_method}}="bus")",
        sysfs::pci_device(device.address, "reset_method"), device.vendor, device.device);
  }
  if (device.sriov && device.sriov->total > 0)
    return "pass its virtual functions, which are reset reliably; reboot the host after a guest has had it "
           "whole";
  return "save what the host must not lose before a guest that has it ends; reboot the host when the card "
         "does not answer";
}

Finding known_to_fail(const Inventory& inventory, const Target& target, const Device& device,
                      const KnownReset& known) {
  return warns(device.address,
               fmt::format("{} is reset {}, after which cards of its kind ({}) {}", to_string(device.address),
                           resets_alone(device) ? "by " + device.reset_methods.front() : "with its bus",
                           known.kind, known.outcome),
               {methods(device),
                {sysfs::pci_device(device.address, "device"), fmt::format("0x{:04x}", device.device)}},
               remedy_for_known(inventory, target, device, known));
}

/// What is wrong with the reset of a function; nothing if it works.
std::vector<Finding> troubles_of(const Inventory& inventory, const Target& target, const Device& device) {
  const auto path = sysfs::pci_device(device.address, "reset_method");
  if (auto problems = unread(inventory, {path}); !problems.empty()) {
    return {unread_method(device, std::move(problems))};
  }
  std::vector<Finding> findings;
  const auto* const known = known_reset(device);
  if (known != nullptr && (resets_alone(device) ? known->alone : known->with_bus))
    findings.push_back(known_to_fail(inventory, target, device, *known));
  if (resets_alone(device)) return findings;
  if (device.bridges.empty()) return {no_method(device)};
  const auto others = others_on_bus(inventory, target, device);
  if (!others.empty()) findings.push_back(reset_reaches(inventory, target, device, others));
  if (known == nullptr && may_not_come_back(device)) findings.push_back(amd_reset(device));
  return findings;
}

/// How a function without trouble is reset. One without a method of its own is reset through the
/// bridge above it, which vfio does for a guest that has all that is on that bus.
std::string way_of(const Device& device) {
  return resets_alone(device)
             ? fmt::format("reset alone, by {}", device.reset_methods.front())
             : fmt::format("reset with the whole bus, by {}", to_string(device.bridges.front()));
}

struct Way {
  std::string name;
  std::vector<PciAddress> functions;
  std::vector<Evidence> evidence;
};

}  // namespace

std::vector<Finding> reset_method(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  std::vector<Way> ways;
  for (const auto* const device : devices_of(inventory, target)) {
    if (auto troubles = troubles_of(inventory, target, *device); !troubles.empty()) {
      append(findings, std::move(troubles));
      continue;
    }
    const auto name = way_of(*device);
    const auto known = std::ranges::find(ways, name, &Way::name);
    auto& way = known != ways.end() ? *known : ways.emplace_back(Way{name, {}, {}});
    way.functions.push_back(device->address);
    way.evidence.push_back(methods(*device));
  }
  for (const auto& way : ways) {
    append(findings, all_fine(way.functions, "is " + way.name, "are " + way.name, way.evidence));
  }
  return findings;
}

}  // namespace gpupass::judge
