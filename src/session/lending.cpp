// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/lending.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/boot_binding.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/session/at_boot.hpp"
#include "gpupass/session/hook_file.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::session {
namespace {

Failure cannot_lend(const std::string& why, const std::string& helps) {
  return fail(ErrorKind::refused, why, "nothing was changed; " + helps);
}

/// The hook answers for QEMU, and root's libvirt alone may bind a device in it.
Result<void> refuse_connection(const std::string& uri) {
  const auto driver = uri.substr(0, uri.find_first_of("+:"));
  if (driver == "xen" || driver == "libxl")
    return cannot_lend(
        fmt::format("gpupass's hook binds a lent card for QEMU, and {} is another of libvirt's "
                    "drivers",
                    uri),
        "leave --lend out");
  const auto path = uri.substr(0, uri.find('?'));
  if (!path.ends_with("/session")) return {};
  return cannot_lend(fmt::format("gpupass's hook binds a lent card as root, and {} is a user's libvirt", uri),
                     "leave --lend out, or name the system's domain with --connect qemu:///system");
}

bool is_on_loan_to(const Hold* hold, const DomainState& domain) {
  return hold != nullptr && hold->lend && hold->lent_to == domain.name;
}

}  // namespace

Result<void> refuse_loan_to(const Host& host, const DomainFacts& domain, const Functions& functions) {
  const auto& vm = domain.state.name;
  GPUPASS_TRY(refuse_connection(domain.uri));
  if (!domain.state.persistent)
    return cannot_lend(fmt::format("{} is transient, so it has no next start to lend a card for", vm),
                       "leave --lend out");
  const auto in_live = hostdev_functions_if_any(domain.live_xml);
  const bool has_all = std::ranges::all_of(functions, [&](const PciAddress& function) {
    return std::ranges::find(in_live, function) != in_live.end();
  });
  if (domain.change_live && !has_all)
    return cannot_lend(
        fmt::format("--lend gives {0} the card from its next start on, and {0} is running", vm),
        "give --config without --live, or leave --lend out");
  return require_hook(host);
}

Result<void> refuse_loan_of(const Host& host, const Inventory& inventory, const std::vector<Hold>& holds,
                            const DomainFacts& domain, const Functions& functions) {
  const auto in_live = hostdev_functions_if_any(domain.live_xml);
  GPUPASS_TRY_ASSIGN(const auto bindings, read_boot_bindings(host));
  const auto listed = listed_for_boot(host);
  for (const auto& function : functions) {
    const auto text = to_string(function);
    const auto* const device = inventory.find(function);
    const auto* const hold = find_hold(holds, function);
    if (std::ranges::find(in_live, function) != in_live.end() && !is_on_loan_to(hold, domain.state))
      return cannot_lend(
          fmt::format("{} is in the running {} and cannot go back to the host now", text, domain.state.name),
          fmt::format("`virsh shutdown {}` first, or leave --lend out", domain.state.name));
    const auto unreadable = std::ranges::find(bindings.unreadable, text, &UnreadableRecord::of);
    if (unreadable != bindings.unreadable.end()) return Failure(unreadable->why);
    const auto binding = std::ranges::find(bindings.readable, function, &BootBinding::device);
    const bool written = binding != bindings.readable.end();
    const bool of_another = written && !displacement(inventory, *binding).empty();
    if (!of_another && (listed.contains(function) || written))
      return cannot_lend(
          fmt::format("{} is bound to vfio-pci at each boot, so the host would not have it", text),
          fmt::format("`gpupass unbind --persist --apply {}` ends that; or leave --lend out", text));
    if (hold != nullptr && hold->bound)
      return cannot_lend(
          fmt::format("`gpupass bind` keeps {} on vfio-pci, so the host would not have it", text),
          fmt::format("{}`gpupass unbind {}` returns it; or leave --lend out",
                      hold->owners.empty()
                          ? ""
                          : fmt::format("`{}`, then ", tenant_of(hold->owners.front().kind)
                                                           .return_command(hold->owners.front(), text)),
                      text));
    const auto before = hold != nullptr     ? hold->original_driver
                        : device != nullptr ? device->driver.value_or("")
                                            : std::string();
    if (is_vfio_driver(before))
      return cannot_lend(
          fmt::format("{} was on {} before, so there is no host driver to return it to", text, before),
          fmt::format("`gpupass bind {} --driver NAME` gives it to one; or leave --lend out", text));
  }
  return {};
}

}  // namespace gpupass::session
