// SPDX-License-Identifier: GPL-2.0-or-later
// What a person should know of an attach although it succeeds.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gpupass/plan.hpp"

namespace gpupass {
namespace {

using Functions = std::vector<PciAddress>;

/// Of these functions those that are in no domain yet, and those of their slots that are in this one.
struct Halves {
  Functions joining, there;
};
Halves halves_of(const std::string& xml, const Functions& functions) {
  const auto present = hostdev_functions_if_any(xml);
  Halves halves;
  std::ranges::copy_if(functions, std::back_inserter(halves.joining),
                       [&](const auto& one) { return std::ranges::find(present, one) == present.end(); });
  std::ranges::copy_if(present, std::back_inserter(halves.there), [&](const auto& one) {
    return std::ranges::any_of(halves.joining, [&](const auto& other) { return other.same_slot(one); });
  });
  return halves;
}

const DefineDomain* definition_in(const Plan& plan) {
  for (const auto& step : plan.steps) {
    if (const auto* const define = std::get_if<DefineDomain>(&step)) return define;
  }
  return nullptr;
}

void add_machine_type(std::vector<std::string>& notes, const Plan& plan, const Inventory& inventory,
                      const DomainFacts& domain) {
  const auto& xml = domain.config_xml.empty() ? domain.live_xml : domain.config_xml;
  if (has_pci_express(xml).value_or(true)) return;
  Functions express;
  std::ranges::copy_if(functions_among(plan.devices), std::back_inserter(express), [&](const auto& function) {
    const auto* const device = inventory.find(function);
    return device != nullptr && device->is_pcie;
  });
  if (express.empty()) return;
  notes.push_back(fmt::format(
      "{} has no PCI Express (i440FX), so it sees {} as conventional PCI, without a link and without "
      "the extended registers: some drivers refuse that. machine='q35' has PCI Express",
      domain.state.name, names(express)));
}

/// Whether a card whose functions came at different times is one device of the guest.
void add_halves(std::vector<std::string>& notes, const Plan& plan, const DomainFacts& domain) {
  const auto* const define = definition_in(plan);
  if (define != nullptr) {
    const auto [joining, there] = halves_of(define->before, functions_among(plan.devices));
    if (!there.empty()) {
      const bool one = is_multifunction_in_guest(define->after, joining.front()).value_or(false);
      notes.push_back(
          one ? fmt::format("{} joins {}, which {} has already: from its next start on they are one "
                            "device of several functions",
                            names(joining), names(there), domain.state.name)
              : fmt::format("{} has {} already, in a place where nothing can join it: {} gets a place "
                            "of its own",
                            domain.state.name, names(there), names(joining)));
    }
  }
  if (!domain.change_live) return;
  const auto [joining, there] = halves_of(domain.live_xml, functions_among(plan.devices));
  if (there.empty()) return;
  notes.push_back(
      fmt::format("the running {} has {} already: until it is shut down {} is a device of its own there",
                  domain.state.name, names(there), names(joining)));
}

/// libvirt refuses a start with such a function after a reboot: "must be manually detached from the host".
void add_unmanaged(std::vector<std::string>& notes, const Plan& plan, const DomainFacts& domain) {
  if (domain.config_xml.empty()) return;
  auto unmanaged = unmanaged_functions(domain.config_xml).value_or(Functions{});
  const auto functions = functions_among(plan.devices);
  std::erase_if(unmanaged, [&](const auto& function) {
    return std::ranges::none_of(functions, [&](const auto& other) { return other.same_slot(function); });
  });
  if (unmanaged.empty()) return;
  notes.push_back(
      fmt::format("{} has {} with managed='no', and keeps that: after a reboot of the host it does not "
                  "start before that is on vfio-pci (`gpupass bind --persist`, or managed='yes' with "
                  "`virsh edit {}`)",
                  domain.state.name, names(unmanaged), domain.state.name));
}

}  // namespace

std::vector<std::string> notes_on_attach(const Plan& plan, const Inventory& inventory,
                                         const DomainFacts& domain) {
  std::vector<std::string> notes;
  add_machine_type(notes, plan, inventory, domain);
  add_halves(notes, plan, domain);
  add_unmanaged(notes, plan, domain);
  return notes;
}

}  // namespace gpupass
