// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest delete VM`: what `create` made, undone in reverse.
#include <fmt/format.h>

#include <ostream>

#include "cli/change.hpp"
#include "cli/guest/files.hpp"
#include "cli/guest/guest.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax() {
  Syntax syntax{
      "gpupass guest delete VM [options]",
      "Gives a guest's card back to its driver, forgets the guest, and removes the disk and the seed that\n"
      "gpupass made for it. The image below that disk stays.",
      {},
      {{"vm", 1}}};
  syntax.options.add_options()("dry-run,n", "print what would be done, and change nothing");
  syntax.options.add_options()("yes,y", "do not ask");
  add_guest_options(syntax.options, 60);
  return syntax;
}

void print_steps(std::ostream& out, const OpenGuest& guest, const Functions& functions) {
  if (!functions.empty()) out << fmt::format("  give {} back\n", names(functions));
  out << fmt::format("  undefine {}\n", guest.state.name);
  for (const auto& file : guest.mark.files) out << fmt::format("  remove {}\n", file);
}

Result<void> agree(Context& context, const OpenGuest& guest, const Functions& functions) {
  auto& terminal = context.terminal;
  if (!terminal.in_is_terminal)
    return fail(ErrorKind::refused, fmt::format("{} and all that is on its disk would go", guest.state.name),
                "nothing was changed; --yes agrees to this");
  print_steps(terminal.err, guest, functions);
  if (says_yes(terminal, fmt::format("Delete {} and all that is on its disk?", guest.state.name))) return {};
  return fail(ErrorKind::refused, fmt::format("{} stays", guest.state.name), "nothing was changed");
}

}  // namespace

Result<int> guest_delete(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto options, guest_options_of(context, *values));
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options));
  GPUPASS_TRY_ASSIGN(const auto functions, hostdev_functions(guest.xml));
  const auto& name = guest.state.name;
  if (values->count("dry-run") > 0) {
    context.terminal.out << fmt::format("would delete {}:\n", name);
    print_steps(context.terminal.out, guest, functions);
    context.terminal.out << "nothing was changed\n";
    return 0;
  }
  if (guest.state.running)
    return fail(ErrorKind::busy, fmt::format("{} is running", name),
                fmt::format("nothing was changed; `gpupass guest stop {}` first", name));
  if (values->count("yes") == 0) GPUPASS_TRY(agree(context, guest, functions));
  if (!functions.empty())
    GPUPASS_TRY(detach(context, {name, "--all", "--config", "--connect", options.uri, "--yes"}));
  GPUPASS_TRY(guest.hypervisor->undefine(name));
  GPUPASS_TRY(remove_files(context.host, guest.mark.files));
  context.terminal.out << fmt::format("{} is gone\n", name);
  return 0;
}

}  // namespace gpupass::cli
