// SPDX-License-Identifier: GPL-2.0-or-later
// What the actions of `gpupass guest` share.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "cli/teller.hpp"
#include "gpupass/run/reach.hpp"

namespace gpupass::cli {

// One file each.
[[nodiscard]] Function guest_create, guest_list, guest_start, guest_stop, guest_delete, guest_console,
    guest_ssh, guest_wait, guest_bench;

struct GuestOptions {
  std::string vm;
  std::chrono::milliseconds timeout;  // for each thing that takes time; the default until it is parsed
  std::string connection = {};        // that --connect names
  std::string uri = {};               // of the connection that is meant, once it is parsed

  [[nodiscard]] run::GuestChoice choice() const { return {vm, uri, timeout}; }
};
/// --connect and --timeout, which all of them have.
void add_guest_options(Syntax& syntax, const Context& context, GuestOptions& to);
/// And the guest. Error: usage, if none is named.
void add_guest(Syntax& syntax, const Context& context, GuestOptions& to);
/// --user and --identity.
void add_login_options(Syntax& syntax, run::Login& to);

}  // namespace gpupass::cli
