// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/steps/domain_calls.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/sys/wait.hpp"
#include "gpupass/virt/find_domain.hpp"

namespace gpupass::apply {
namespace {

constexpr auto k_between_looks = std::chrono::milliseconds(100);

/// Functions in order, so that two lists of the same ones are equal.
Result<std::vector<PciAddress>> sorted_functions(const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto functions, hostdev_functions(xml));
  std::sort(functions.begin(), functions.end());
  return functions;
}

/// libvirt's answer to a call and what a look afterwards showed, as one outcome. A call that failed may have
/// done its work nevertheless, and one that did not answer in time may still do it: that is waited for.
Result<WriteEnd> outcome(const Doors& doors, const Result<void>& said,
                         const std::function<Result<bool>()>& there, const std::string& without_effect) {
  const bool open = !said && said.error().kind == ErrorKind::timeout;
  const auto seen =
      sys::wait_until(open ? doors.step_timeout : std::chrono::milliseconds(0), k_between_looks, there);
  if (seen && *seen) return WriteEnd{};
  auto error = !said  ? said.error()
               : seen ? Error{ErrorKind::hypervisor, without_effect, {}, {}, {}}
                      : seen.error();
  if (!said && !seen) error.also.push_back(seen.error());
  return Failure(std::move(error));
}

}  // namespace

Result<DomainLife*> life_of_domains(Doors& doors) {
  if (doors.life != nullptr) return doors.life;
  return fail(ErrorKind::hypervisor, "there is no connection to libvirt");
}

Result<DomainStore*> domains(Doors& doors) {
  if (doors.domains != nullptr) return doors.domains;
  return fail(ErrorKind::hypervisor, "there is no connection to libvirt");
}

Result<bool> same_functions(const std::string& a, const std::string& b) {
  GPUPASS_TRY_ASSIGN(const auto in_a, sorted_functions(a));
  GPUPASS_TRY_ASSIGN(const auto in_b, sorted_functions(b));
  return in_a == in_b;
}

Result<bool> has_live(Doors& doors, const std::string& domain, const PciAddress& device) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
  GPUPASS_TRY_ASSIGN(const auto xml, libvirt->xml(domain, DomainView::live));
  GPUPASS_TRY_ASSIGN(const auto functions, hostdev_functions(xml));
  return std::find(functions.begin(), functions.end(), device) != functions.end();
}

Result<WriteEnd> define(Doors& doors, const std::string& domain, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
  const auto said = libvirt->define(xml);
  const auto as_asked = [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(const auto now, libvirt->xml(domain, DomainView::config));
    return same_functions(now, xml);
  };
  return outcome(doors, said, as_asked, fmt::format("libvirt defined {} without the change", domain));
}

Result<WriteEnd> undefine(Doors& doors, const std::string& domain) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
  GPUPASS_TRY_ASSIGN(const auto state, virt::find_domain(*libvirt, domain));
  if (!state) return WriteEnd{};
  if (state->running)
    return fail(ErrorKind::busy, fmt::format("{} is running", domain), "shut it down first");
  const auto said = libvirt->undefine(domain);
  const auto is_gone = [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(const auto there, virt::find_domain(*libvirt, domain));
    return !there;
  };
  return outcome(doors, said, is_gone, fmt::format("libvirt undefined {} but still has it", domain));
}

Result<WriteEnd> start(Doors& doors, const std::string& domain) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
  GPUPASS_TRY_ASSIGN(auto* const life, life_of_domains(doors));
  const auto said = life->start(domain);
  const auto runs = [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(const auto state, libvirt->domain(domain));
    return state.running;
  };
  return outcome(doors, said, runs, fmt::format("libvirt started {} but it is not running", domain));
}

Result<WriteEnd> plug_in(Doors& doors, const std::string& domain, const PciAddress& device,
                         const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
  const auto said = libvirt->attach_live(domain, xml);
  return outcome(
      doors, said, [&] { return has_live(doors, domain, device); },
      fmt::format("libvirt attached {} but {} does not have it", to_string(device), domain));
}

/// libvirt's answer only says that the guest was asked; it gives the guest some seconds first, and a patience
/// of ours that is shorter says nothing against either.
Result<WriteEnd> unplug(Doors& doors, const std::string& domain, const PciAddress& device,
                        const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
  const auto until = std::chrono::steady_clock::now() + doors.step_timeout;
  const auto asked = libvirt->request_detach_live(domain, xml);
  const bool refused = !asked && asked.error().kind != ErrorKind::timeout;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  const auto gone =
      sys::wait_until(refused ? std::chrono::milliseconds(0) : left, k_between_looks, [&]() -> Result<bool> {
        GPUPASS_TRY_ASSIGN(const auto there, has_live(doors, domain, device));
        return !there;
      });
  if (gone && *gone) return WriteEnd{};
  if (!gone && !refused) return Failure(gone.error());
  if (refused) {
    auto error = asked.error();
    if (!gone) error.also.push_back(gone.error());
    return Failure(std::move(error));
  }
  return fail(ErrorKind::timeout,
              fmt::format("{} did not release {} within {} s", domain, to_string(device),
                          std::chrono::duration_cast<std::chrono::seconds>(doors.step_timeout).count()),
              "the guest was asked to and may still do it: its kernel must answer PCI hot-unplug, and "
              "nothing in it may use the device; then run the command again");
}

}  // namespace gpupass::apply
