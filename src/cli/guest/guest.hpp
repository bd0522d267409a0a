// SPDX-License-Identifier: GPL-2.0-or-later
// What the actions of `gpupass guest` share.
#pragma once

#include <memory>
#include <string>

#include "cli/options.hpp"
#include "cli/teller.hpp"
#include "gpupass/guest.hpp"

namespace gpupass::cli {

using session::Functions;

// One file each.
[[nodiscard]] Result<int> guest_create(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest_list(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest_start(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest_stop(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest_delete(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest_console(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest_ssh(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest_wait(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest_bench(Context& context, const std::vector<std::string>& arguments);

struct GuestOptions {
  std::string vm;
  std::chrono::milliseconds timeout;  // for each thing that takes time; the default until it is parsed
  std::string connection = {};        // that --connect names
  std::string uri = {};               // of the connection that is meant, once it is parsed
};
/// --connect and --timeout, which all of them have.
void add_guest_options(Syntax& syntax, const Context& context, GuestOptions& to);
/// And the guest. Error: usage, where none is named.
void add_guest(Syntax& syntax, const Context& context, GuestOptions& to);

/// A guest that gpupass made. Errors: not_found; refused, for a domain that is somebody else's; unsupported,
/// for a connection to another machine.
struct OpenGuest {
  std::unique_ptr<Hypervisor> hypervisor;
  DomainState state;
  std::string xml;  // its configuration
  GuestMark mark;
};
[[nodiscard]] Result<OpenGuest> open_guest(Context& context, const GuestOptions& options);

/// Binds a guest's cards by the same steps and checks as any other's, and remembers them; nothing is done for
/// those that gpupass holds for it already.
[[nodiscard]] Result<session::Done> take_cards(session::World& world, const session::Manner& manner,
                                               const std::string& uri, const std::string& vm,
                                               const Functions& functions);

/// Asks a running guest to shut down and waits until it has, also where we were interrupted: what we started
/// is to be put back. Error: timeout.
[[nodiscard]] Result<void> stop_guest(Hypervisor& hypervisor, const std::string& vm,
                                      std::chrono::milliseconds timeout);

/// Waits until `reached` says yes. Error: timeout, with `what` was waited for; or what `reached` ended with.
[[nodiscard]] Result<void> wait_for(std::chrono::milliseconds timeout, const std::string& what,
                                    const std::function<Result<bool>()>& reached);

}  // namespace gpupass::cli
