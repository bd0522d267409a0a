// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest wait VM`.
#include <ostream>

#include "cli/guest/reach.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax() {
  Syntax syntax{"gpupass guest wait VM [options]",
                "Waits until a running guest has an address, as its agent or the lease of libvirt's network "
                "tells, and\n"
                "prints it.",
                {},
                {{"vm", 1}}};
  add_guest_options(syntax.options, 300);
  return syntax;
}

}  // namespace

Result<std::string> reach(Context& context, const GuestOptions& options, const OpenGuest& guest) {
  const auto& name = guest.state.name;
  if (!guest.state.running)
    return fail(ErrorKind::refused, name + " is not running", "`gpupass guest start " + name + "` starts it");
  std::vector<std::string> addresses;
  auto waited = wait_for(context, options.timeout, name + " to have an address", [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(addresses, guest.hypervisor->addresses(name));
    return !addresses.empty();
  });
  if (!waited && waited.error().kind == ErrorKind::timeout)
    waited.error().hint = "`gpupass guest console " + name + "` shows how far it got";
  GPUPASS_TRY(waited);
  return addresses.front();
}

Result<int> guest_wait(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto options, guest_options_of(context, *values));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options));
  GPUPASS_TRY_ASSIGN(const auto address, reach(context, options, guest));
  context.terminal.out << address << "\n";
  return 0;
}

}  // namespace gpupass::cli
