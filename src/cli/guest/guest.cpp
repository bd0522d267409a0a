// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest`: machines made for cards.
#include "cli/guest/guest.hpp"

#include <fmt/format.h>

#include <array>

#include "cli/actions.hpp"
#include "gpupass/session/session.hpp"
#include "gpupass/session/uri.hpp"
#include "gpupass/sys/terminal.hpp"
#include "gpupass/sys/wait.hpp"

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

void add_guest(Syntax& syntax, const Context& context, GuestOptions& to) {
  syntax.positional("vm", to.vm);
  add_guest_options(syntax, context, to);
  syntax.then([&]() -> Result<void> {
    if (to.vm.empty()) return fail(ErrorKind::usage, "no guest is named", "give the guest's name");
    return {};
  });
}

Result<OpenGuest> open_guest(Context& context, const GuestOptions& options) {
  GPUPASS_TRY(session::refuse_remote(options.uri));
  GPUPASS_TRY_ASSIGN(auto hypervisor, context.connect(options.uri, options.timeout));
  GPUPASS_TRY_ASSIGN(auto state, hypervisor->domain(options.vm));
  GPUPASS_TRY_ASSIGN(auto xml, hypervisor->xml(state.name, DomainView::config));
  GPUPASS_TRY_ASSIGN(auto mark, guest_mark(xml));
  if (!mark) {
    return fail(ErrorKind::refused, fmt::format("{} is no guest that gpupass made", state.name),
                "nothing was changed; `gpupass guest list` shows those, and virsh is there for the others");
  }
  return OpenGuest{std::move(hypervisor), std::move(state), std::move(xml), *std::move(mark)};
}

Result<session::Done> take_cards(session::World& world, const session::Manner& manner, const std::string& uri,
                                 const std::string& vm, const Functions& functions) {
  return session::attach(world, manner,
                         {{.vm = vm, .uri = uri, .config = true}, session::exactly(functions)});
}

Result<void> wait_for(std::chrono::milliseconds timeout, const std::string& what,
                      const std::function<Result<bool>()>& reached) {
  GPUPASS_TRY_ASSIGN(const bool came,
                     sys::wait_until(timeout, std::chrono::milliseconds(500), [&]() -> Result<bool> {
                       if (sys::interrupted()) return fail(ErrorKind::system, what + ": interrupted");
                       return reached();
                     }));
  if (came) return {};
  return fail(ErrorKind::timeout,
              fmt::format("{}: not within {} s", what,
                          std::chrono::duration_cast<std::chrono::seconds>(timeout).count()));
}

}  // namespace gpupass::cli
