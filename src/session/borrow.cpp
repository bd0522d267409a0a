// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/borrow.hpp"

#include "gpupass/session/templates.hpp"
#include "gpupass/sys/terminal.hpp"
#include "session/descriptions.hpp"
#include "session/prepared.hpp"

namespace gpupass::session {

Result<apply::Borrowed> borrow(World& world, const Manner& manner, Plan plan, Hypervisor* hypervisor,
                               const Locks& locks) {
  Locks of_files;  // until the step is journalled, which keeps others away from then on
  GPUPASS_TRY(take_from_descriptions(world, manner, plan, of_files));
  auto doors = doors_for(world, manner, hypervisor, locks);
  doors.life = hypervisor;
  sys::catch_interrupts();
  return apply::borrow(std::move(plan), std::move(doors));
}

Result<apply::Borrowed> borrow_binding(World& world, const Manner& manner, const Functions& functions,
                                       const Locks& locks) {
  BindRequest request;
  request.what = exactly(functions);
  GPUPASS_TRY_ASSIGN(auto binding, prepare_binding(world, manner, request, functions));
  return borrow(world, manner, std::move(binding.plan), nullptr, locks);
}

Result<apply::Borrowed> borrow_run(World& world, const Manner& manner, OpenDomain& domain,
                                   const StartDomain& start, const Locks& locks) {
  AttachRequest request;
  request.domain = {.vm = start.domain, .uri = domain.hypervisor->uri(), .config = true};
  const auto functions = functions_among(start.devices);
  request.what = exactly(functions);
  GPUPASS_TRY_ASSIGN(const auto templates, load_templates(world));
  GPUPASS_TRY_ASSIGN(auto attachment,
                     prepare_attachment(world, manner, domain, request, functions, templates));
  return borrow(world, manner, plan_run(std::move(attachment.plan), start), domain.hypervisor.get(), locks);
}

}  // namespace gpupass::session
