// SPDX-License-Identifier: GPL-2.0-or-later
// Requests as far as their plans, of devices and a domain that nobody else can change: looked at, judged, and
// agreed to.
#pragma once

#include <string>

#include "gpupass/session/session.hpp"

namespace gpupass::session {

/// The doors of a plan that is carried out by whoever holds the locks.
[[nodiscard]] apply::Doors doors_for(World& world, const Manner& manner, DomainStore* domains,
                                     const Locks& locks);

struct Attachment {
  Plan plan;
  DomainFacts facts;
  std::string outcome;
};
[[nodiscard]] Result<Attachment> prepare_attachment(World& world, const Manner& manner, OpenDomain& domain,
                                                    const AttachRequest& request, Functions functions,
                                                    const DomainTemplates& templates);

struct Binding {
  Plan plan;
  std::string outcome;
};
[[nodiscard]] Result<Binding> prepare_binding(World& world, const Manner& manner, const BindRequest& request,
                                              const Functions& functions);

}  // namespace gpupass::session
