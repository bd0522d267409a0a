// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass doctor: the obstacles and their remedies.
#include "cli/print.hpp"
#include "cli/teller.hpp"
#include "gpupass/judge/known_texts.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/diagnosis.hpp"
#include "gpupass/report/known_texts.hpp"
#include "gpupass/session/container.hpp"
#include "gpupass/session/diagnosis.hpp"

namespace gpupass::cli {
namespace {

struct DoctorOptions {
  session::Selection what;
  bool verbose = false;
  bool container = false;  // what containers get, not guests
  std::string explain;     // what an engine or a program said; empty: nothing is to be explained
  std::string connection;  // that --connect names
  Format format = Format::text;
};

Result<void> check(const DoctorOptions& options) {
  const auto& what = options.what;
  const bool any = !what.selectors.empty() || !what.with.empty() || what.companions == Companions::left_out;
  if (options.container && any)
    return fail(ErrorKind::usage, "--container and devices are named",
                "--container is about all of the machine: leave the devices out");
  if (!options.explain.empty() && (any || options.container))
    return fail(ErrorKind::usage, "--explain and something else are both given",
                "--explain is about the text alone: leave devices and --container out");
  const bool some = !what.with.empty() || what.companions == Companions::left_out;
  return some ? require_some(what) : Result<void>();
}

Syntax syntax(DoctorOptions& options) {
  Syntax syntax(
      "gpupass doctor [SELECTOR… [--with BDF]… [--only]] [options]",
      "Says of each graphics card, or of the devices that SELECTORs name taken together, whether it\n"
      "can be passed through, what prevents that, and what to do about it. Exits with 1 if something\n"
      "blocks, and with 0 otherwise.");
  syntax.positional("selector", options.what.selectors);
  syntax.flag("container", options.container,
              "say what prevents containers, instead of guests, from using cards");
  syntax.option("explain", options.explain, "TEXT",
                "say what this text of a container engine, CUDA or ROCm means");
  syntax.flag("verbose,v", options.verbose, "show what was read for findings that are ok, too");
  syntax.option("with", options.what.with, "BDF",
                "judge as if this member of the IOMMU group were taken, too");
  add_only(syntax, options.what);
  add_connect(syntax, options.connection);
  add_format(syntax, options.format);
  syntax.then([&options] { return check(options); });
  return syntax;
}

/// Error: not_found, of a text in which nothing is known.
Result<int> explain(Terminal& terminal, const DoctorOptions& options) {
  const auto known = judge::known_in(options.explain);
  if (known.empty())
    return fail(ErrorKind::not_found, "gpupass does not know this text",
                "`gpupass doctor --container` checks this machine; docs/containers.md has the texts");
  print(
      terminal, options.format, [&] { return report::to_json(known); },
      [&] { return report::known_texts(known, terminal.columns); });
  return 0;
}

}  // namespace

Result<int> doctor(Context& context, const std::vector<std::string>& arguments) {
  DoctorOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  if (!options.explain.empty()) return explain(context.terminal, options);
  auto& terminal = context.terminal;
  Quiet quiet(terminal);
  const auto occasion = options.container ? Occasion::container : Occasion::doctor;
  GPUPASS_TRY_ASSIGN(const auto diagnosis,
                     options.container ? session::diagnose_for_containers(context, quiet)
                                       : session::diagnose(context, options.what, options.connection));
  const report::FindingsView view{terminal.columns, terminal.colour, options.verbose};
  print(
      terminal, options.format, [&] { return report::to_json(diagnosis, occasion); },
      [&] { return report::diagnosis_text(diagnosis, occasion, view); },
      report::problems_text(diagnosis.inventory.problems));
  return diagnosis.blocks ? 1 : 0;
}

}  // namespace gpupass::cli
