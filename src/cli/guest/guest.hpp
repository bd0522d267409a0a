// SPDX-License-Identifier: GPL-2.0-or-later
// What the actions of `gpupass guest` share.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "cli/teller.hpp"
#include "gpupass/run/reach.hpp"

namespace gpupass::cli {

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

  [[nodiscard]] run::GuestChoice choice() const { return {vm, uri, timeout}; }
};
/// --connect and --timeout, which all of them have.
void add_guest_options(Syntax& syntax, const Context& context, GuestOptions& to);
/// And the guest. Error: usage, where none is named.
void add_guest(Syntax& syntax, const Context& context, GuestOptions& to);
/// --user and --identity.
void add_login_options(Syntax& syntax, run::Login& to);

}  // namespace gpupass::cli
