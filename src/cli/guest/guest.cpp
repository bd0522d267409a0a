// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/guest.hpp"

namespace gpupass::cli {

void add_guest_options(Syntax& syntax, const Context& context, GuestOptions& to) {
  add_connect(syntax, to.connection);
  syntax.option("timeout", to.timeout, "S", "how long to wait for each thing that takes time");
  syntax.then([&]() -> Result<void> {
    to.uri = uri_of(context, to.connection);
    return {};
  });
}

void add_login_options(Syntax& syntax, run::Login& to) {
  syntax.option("user", to.user, "NAME", "the user to log in as");
  syntax.option("identity,i", to.identity, "FILE", "log in with this private key only; else ssh chooses");
}

void add_guest(Syntax& syntax, const Context& context, GuestOptions& to) {
  syntax.positional("vm", to.vm);
  add_guest_options(syntax, context, to);
  syntax.then([&]() -> Result<void> {
    if (to.vm.empty()) return fail(ErrorKind::usage, "no guest is named", "give the guest's name");
    return {};
  });
}

}  // namespace gpupass::cli
