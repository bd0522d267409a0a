// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/persist.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ostream>

#include "cli/difference.hpp"
#include "gpupass/boot/changes.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::cli {
namespace {

// ---- what remains for a person who did not say --apply --------------------------------------------

/// A shipped file is copied; of any other, the difference that patch(1) takes as well.
Result<void> print_file(Context& context, const FileContent& file,
                        const std::vector<boot::Shipped>& shipped) {
  auto& out = context.terminal.out;
  const auto found = std::ranges::find(shipped, file.path, &boot::Shipped::path);
  const auto now = context.host.read(file.path);
  if (!file.text) {
    out << fmt::format("     rm {}\n", file.path);
  } else if (now == *file.text) {
    out << fmt::format("     chmod {:o} {}\n", file.mode, file.path);
  } else if (found != shipped.end()) {
    out << fmt::format("     install -D -m {:o} {} {}\n", file.mode, found->origin.string(), file.path);
  } else {
    GPUPASS_TRY_ASSIGN(const auto text,
                       difference(host_of_files(context), {now ? file.path : "/dev/null", now.value_or("")},
                                  {file.path, *file.text}));
    out << fmt::format("     change {}:\n", file.path);
    for (const auto line : core::split(text, '\n')) out << "       " << line << "\n";
  }
  return {};
}

Result<void> print_steps(Context& context, const std::vector<Step>& steps, const std::string& command) {
  auto& out = context.terminal.out;
  if (steps.empty()) return {};
  const auto shipped = boot::shipped_files(boot::look_at(context.host), context.data);
  out << "\nThe rest is yours to do, or gpupass's:\n";
  int number = 0;
  for (const auto& remaining : steps) {
    const auto& step = std::get<SetFiles>(remaining);
    out << fmt::format("  {}. {}\n", ++number, step.purpose);
    for (const auto& file : step.files) GPUPASS_TRY(print_file(context, file, shipped));
    if (!step.program.empty()) out << fmt::format("     {}\n", fmt::join(step.program, " "));
  }
  out << fmt::format("`{} --apply` does exactly this, and writes down how it was.\n", command);
  return {};
}

/// What came of it; `command` is what does the rest.
Result<int> tell(Context& context, Teller& teller, Format format, const session::Done& done,
                 std::string command) {
  teller.tell(done);
  for (const auto& device : done.plan.devices) command += " " + to_string(device);
  if (format == Format::text) GPUPASS_TRY(print_steps(context, done.outcome.remaining, command));
  return 0;
}

Result<void> check(const PersistOptions& options) {
  if (options.persist || (!options.apply && !options.now)) return {};
  return fail(ErrorKind::usage, fmt::format("--{} goes with --persist", options.apply ? "apply" : "now"),
              "without --persist devices are bound now, and nothing of the boot is changed");
}

}  // namespace

void add_persist_options(Syntax& syntax, PersistOptions& to) {
  syntax.flag("persist", to.persist, "at the boots to come");
  syntax.flag("apply", to.apply,
              "with --persist: change the host's own files, too, and run what makes its initramfs "
              "and boot menu");
  syntax.then([&to] { return check(to); });
}

Result<int> bind_at_boot(Context& context, const ChangeOptions& options,
                         const session::BindAtBootRequest& request) {
  Teller teller(context.terminal, options);
  GPUPASS_TRY_ASSIGN(const auto done, session::bind_at_boot(context, teller.manner(), request));
  return tell(context, teller, options.format, done,
              request.now ? "gpupass bind --persist --now" : "gpupass bind --persist");
}

Result<int> unbind_at_boot(Context& context, const ChangeOptions& options,
                           const session::UnbindAtBootRequest& request) {
  Teller teller(context.terminal, options);
  GPUPASS_TRY_ASSIGN(const auto done, session::unbind_at_boot(context, teller.manner(), request));
  return tell(context, teller, options.format, done, "gpupass unbind --persist");
}

}  // namespace gpupass::cli
