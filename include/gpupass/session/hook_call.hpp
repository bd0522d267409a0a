// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt's hook is called with, and what it answers. A call of libvirt from here would wait for itself:
// the domain's XML and this machine's files are all it looks at.
#pragma once

#include <string>

#include "gpupass/session/requester.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::session {

struct HookCall {
  std::string driver;  // libvirt's: "qemu"
  std::string domain;
  std::string operation;
};

/// Before a start ("prepare") and after an end ("release"). Of anything else nothing is to be said: reconnect
/// among it, since a running guest stays. Error: invalid, for a name that no domain has.
[[nodiscard]] Result<bool> concerns_us(const HookCall& call);

/// Refuses a start, or binds what is lent for it; after an end that goes back. Errors: as of check_start(),
/// begin_loan() and end_loan().
[[nodiscard]] Result<void> answer(World& world, const Manner& manner, const HookCall& call,
                                  const std::string& xml);

/// An error in one line: libvirt shows what a hook says as part of its own.
[[nodiscard]] std::string in_one_line(const Error& error);

}  // namespace gpupass::session
