// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest start VM`: its card bound under gpupass's checks, then libvirt's start.
#include <fmt/format.h>

#include <ostream>

#include "cli/change.hpp"
#include "cli/guest/guest.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax() {
  Syntax syntax{
      "gpupass guest start VM [options]",
      "Starts a guest. Its card is bound first if it is not (after a reboot of the host), with all that\n"
      "`gpupass attach` looks at.",
      {},
      {{"vm", 1}}};
  syntax.options.add_options()("yes,y", "agree to what a person at a terminal would be asked");
  // To pin hundreds of gigabytes takes minutes.
  add_guest_options(syntax.options, 600);
  return syntax;
}

/// Nothing is done where gpupass holds them for this guest and they are on vfio-pci.
Result<void> bind_cards(Context& context, const GuestOptions& options, const OpenGuest& guest, bool yes) {
  GPUPASS_TRY_ASSIGN(const auto functions, hostdev_functions(guest.xml));
  if (functions.empty()) return {};
  auto words = card_words(functions);
  words.insert(words.begin(), guest.state.name);
  words.insert(words.end(),
               {"--config", "--connect", options.uri, "--timeout", seconds_text(options.timeout)});
  if (yes) words.emplace_back("--yes");
  GPUPASS_TRY(attach(context, words));
  return {};
}

}  // namespace

Result<int> guest_start(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto options, guest_options_of(context, *values));
  GPUPASS_TRY(refuse_captured(context));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options));
  if (guest.state.running) {
    context.terminal.out << fmt::format("{} is running already\n", guest.state.name);
    return 0;
  }
  GPUPASS_TRY(bind_cards(context, options, guest, values->count("yes") > 0));
  GPUPASS_TRY(guest.hypervisor->start(guest.state.name));
  context.terminal.out << fmt::format("{} is running\n", guest.state.name);
  return 0;
}

}  // namespace gpupass::cli
