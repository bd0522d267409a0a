// SPDX-License-Identifier: GPL-2.0-or-later
// A guest that gpupass made, and its life.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gpupass/guest.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::run {

/// Which guest, and how long to wait for each thing that takes time.
struct GuestChoice {
  std::string vm;
  std::string uri;
  std::chrono::milliseconds patience{};
};

struct OpenGuest {
  std::unique_ptr<Hypervisor> hypervisor;
  DomainState state;
  std::string xml;  // its configuration
  GuestMark mark;
};
/// Errors: not_found; refused, for a domain that is somebody else's; unsupported, for a connection to another
/// machine.
[[nodiscard]] Result<OpenGuest> open_guest(const session::World& world, const GuestChoice& choice);

/// The guests that gpupass made. A domain that went away while it was looked at is left out.
[[nodiscard]] Result<std::vector<ListedGuest>> guests(Hypervisor& hypervisor);

/// Starts a guest. Its cards are bound first if they are not (after a reboot of the host), by the same steps
/// and checks as any other's. False: it was running already.
[[nodiscard]] Result<bool> start(session::World& world, const session::Manner& manner,
                                 const GuestChoice& choice);
/// Shuts it down; where it does not in time and `force` is set, ends it as a power cut would.
[[nodiscard]] Result<std::string> stop(session::World& world, const GuestChoice& choice, bool force);

}  // namespace gpupass::run
