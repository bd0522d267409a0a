// SPDX-License-Identifier: GPL-2.0-or-later
// A domain runs. Undone by asking the guest to shut down, and waiting until nobody has its devices open.
#include <fmt/format.h>

#include <algorithm>

#include "apply/steps/domain_calls.hpp"
#include "apply/steps/kinds.hpp"
#include "gpupass/apply/shut_down.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/sys/wait.hpp"
#include "gpupass/virt/find_domain.hpp"

namespace gpupass::apply {
namespace {

Result<void> stop(DomainStore& domains, DomainLife& life, const StartDomain& step) {
  GPUPASS_TRY_ASSIGN(const auto state, virt::find_domain(domains, step.domain));
  if (!state || !state->running) return {};
  auto off = shut_down(domains, life, step.domain, std::chrono::seconds(step.patience));
  if (!off && off.error().kind == ErrorKind::timeout && step.may_be_ended) return life.destroy(step.domain);
  return off;
}

/// libvirt calls a guest off while QEMU is still closing its devices. A card that is unbound then is not
/// reset: bochs-drm was seen not to take it back.
Result<void> wait_until_let_go(const Doors& doors, const StartDomain& step) {
  pid_t user = 0;
  GPUPASS_TRY_ASSIGN(
      const bool free,
      sys::wait_until(doors.step_timeout, std::chrono::milliseconds(200), [&]() -> Result<bool> {
        GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(doors.host));
        const auto holder = std::ranges::find_if(inventory.holders, [&](const Holder& one) {
          return one.node.starts_with("/dev/vfio/") && std::ranges::count(step.devices, one.device) > 0;
        });
        if (holder == inventory.holders.end()) return true;
        user = holder->pid;
        return false;
      }));
  if (free) return {};
  return fail(ErrorKind::timeout, fmt::format("process {} still has {} open, though {} is off", user,
                                              names(step.devices), step.domain));
}

class StartDomainKind final : public Kind<StartDomain> {
 public:
  Subject subject(const StartDomain& step) const override { return {{}, step.domain, false, step.devices}; }
  std::string words(const StartDomain& step) const override { return "start " + step.domain; }
  std::string words_back(const StartDomain& step) const override {
    return fmt::format("shut {} down{}", step.domain,
                       step.may_be_ended ? fmt::format(", or end it after {} s", step.patience) : "");
  }
  const char* name() const override { return "start-domain"; }
  core::Json fields(const StartDomain& step) const override {
    auto devices = core::Json::array();
    for (const auto& device : step.devices) devices.push_back(to_string(device));
    return {{"domain", step.domain},
            {"devices", devices},
            {"patience", step.patience},
            {"may_be_ended", step.may_be_ended}};
  }
  StartDomain read(const core::Json& json) const override {
    StartDomain step{core::line_from_json(json.at("domain")),
                     {},
                     core::number_from_json<int>(json.at("patience")),
                     json.at("may_be_ended").get<bool>()};
    for (const auto& device : json.at("devices")) step.devices.push_back(core::device_name_from_json(device));
    return step;
  }

  Result<Look> look(const StartDomain& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
    GPUPASS_TRY_ASSIGN(const auto state, libvirt->domain(step.domain));
    if (!state.running) return Look{};
    return fail(ErrorKind::busy, fmt::format("{} is already running", step.domain));
  }
  Result<WriteEnd> carry_out(const StartDomain& step, Doors& doors) const override {
    return start(doors, step.domain);
  }
  Result<WriteEnd> undo(const StartDomain& step, const JournalEntry& /*entry*/, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
    GPUPASS_TRY_ASSIGN(auto* const life, life_of_domains(doors));
    GPUPASS_TRY(stop(*libvirt, *life, step));
    GPUPASS_TRY(wait_until_let_go(doors, step));
    return WriteEnd{};
  }
};

}  // namespace

template <>
const Kind<StartDomain>& kind() {
  static const StartDomainKind row;
  return row;
}

}  // namespace gpupass::apply
