// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass lab`: the front of scripts/lab/boot, which does the work.
#include <fmt/format.h>

#include <ostream>

#include "cli/options.hpp"
#include "gpupass/run/lab.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_lab_usage = "gpupass lab run [options] -- COMMAND [ARG…] | shell [options] | list";

Result<void> check(const run::LabRequest& request) {
  const auto& iommu = request.iommu;
  if (iommu != "intel" && iommu != "amd" && iommu != "none")
    return fail(ErrorKind::usage, fmt::format("--iommu {}: there is no such IOMMU", iommu),
                "--iommu is intel, amd or none");
  const auto& action = request.action;
  if (action == "list" || action == "shell" || (action == "run" && !request.command.empty())) return {};
  return fail(ErrorKind::usage, action == "run" ? "no COMMAND is given after --" : "run, shell or list?",
              fmt::format("usage: {}", k_lab_usage));
}

Syntax syntax(run::LabRequest& options) {
  Syntax syntax(
      k_lab_usage,
      "Boots an emulated machine with an IOMMU and graphics cards, on top of this machine's own files\n"
      "(no change there lasts), and runs COMMAND in it as root. Needs no hardware.\n"
      "COMMAND's exit status is the lab's; 97: the lab itself failed.");
  syntax.positional("action", options.action);
  syntax.option("iommu", options.iommu, "intel|amd|none", "which IOMMU it has");
  syntax.option("topology", options.topology, "NAME|FILE",
                "which cards it has; `gpupass lab list` names them");
  syntax.option("memory", options.memory, "SIZE", "how much memory it has, 6G");
  syntax.option("timeout", options.timeout, "S", "give up after this many seconds");
  syntax.option("disk", options.disk, "FILE",
                "an image whose content is kept when the machine ends, on /persist");
  syntax.option("env", options.variables, "NAME=VALUE", "set a variable for COMMAND");
  syntax.flag("steady", options.steady,
              "its clock counts instructions: slower, but not late on a busy machine");
  syntax.flag("verbose,v", options.verbose, "show what the machine prints while it boots");
  syntax.then([&options] { return check(options); });
  return syntax;
}

}  // namespace

Result<int> lab(Context& context, const std::vector<std::string>& arguments) {
  auto [ours, command] = split_words(arguments);
  run::LabRequest request;
  request.command = std::move(command);
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(request), ours));
  if (!go) return 0;
  context.terminal.out.flush();
  return Failure(run::become_lab(context, request));
}

}  // namespace gpupass::cli
