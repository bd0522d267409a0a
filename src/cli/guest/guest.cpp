// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest`: machines made for cards.
#include "cli/guest/guest.hpp"

#include <array>

#include "cli/actions.hpp"

namespace gpupass::cli {
namespace {

constexpr std::array k_actions = {
    Command{"create", "VM --image IMG [--gpu SELECTOR…]",
            "make a guest, tuned for this machine, that has a card", guest_create},
    Command{"list", "", "show the guests that gpupass made", guest_list},
    Command{"start", "VM", "start one, its card bound under gpupass's checks", guest_start},
    Command{"stop", "VM", "shut it down", guest_stop},
    Command{"delete", "VM", "give its card back, forget it and remove its files", guest_delete},
    Command{"console", "VM", "open its serial console", guest_console},
    Command{"ssh", "VM [-- COMMAND…]", "log in, or run a command in it", guest_ssh},
    Command{"bench", "VM [--compare-with HOST] [-o FILE]",
            "run the suite in it, bring its results here, compare, report", guest_bench},
    Command{"wait", "VM", "wait until it can be reached, and print its address", guest_wait},
};

}  // namespace

Result<int> guest(Context& context, const std::vector<std::string>& arguments) {
  return run_action(context, {"guest", "Machines made for cards.", k_actions}, arguments);
}

void add_guest_options(Syntax& syntax, const Context& context, GuestOptions& to) {
  add_connect(syntax, to.connection);
  syntax.option("timeout", to.timeout, "S", "how long to wait for each thing that takes time");
  syntax.then([&]() -> Result<void> {
    to.uri = uri_of(context, to.connection);
    return {};
  });
}

void add_login_options(Syntax& syntax, run::Login& to) {
  syntax.option("user", to.user, "NAME", "who to log in as");
  syntax.option("identity,i", to.identity, "FILE", "the private key to log in with; else ssh's choice");
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
