// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass lab`: the front of scripts/lab/boot, which does the work.
#include <fmt/format.h>

#include <cstdlib>
#include <ostream>

#include "cli/options.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_usage = "gpupass lab run [options] -- COMMAND [ARG…] | shell [options] | list";

/// Most are passed on to the script as they were given.
struct Options {
  std::string action;
  std::string iommu = "intel";
  std::string topology = "desktop";
  std::string memory, disk;
  std::optional<int> timeout;
  std::vector<std::string> variables;
  bool steady = false;
  bool verbose = false;
};

Syntax syntax(Options& options) {
  Syntax syntax(
      k_usage,
      "Boots an emulated machine with an IOMMU and graphics cards, on top of this machine's own files\n"
      "(nothing done there lasts), and runs COMMAND in it as root. Needs no hardware.\n"
      "COMMAND's exit status is the lab's; 97: the lab itself failed.");
  syntax.positional("action", options.action);
  syntax.option("iommu", options.iommu, "intel|amd|none", "which IOMMU it has");
  syntax.option("topology", options.topology, "NAME|FILE",
                "which cards it has; `gpupass lab list` names them");
  syntax.option("memory", options.memory, "SIZE", "how much memory it has, 6G");
  syntax.option("timeout", options.timeout, "S", "give up after so many seconds");
  syntax.option("disk", options.disk, "FILE", "an image whose content outlasts the machine, on /persist");
  syntax.option("env", options.variables, "NAME=VALUE", "set a variable for COMMAND");
  syntax.flag("steady", options.steady,
              "its clock goes by what it has run: slower, but not late on a busy machine");
  syntax.flag("verbose,v", options.verbose, "show what the machine prints while it boots");
  return syntax;
}

Result<void> check(const Options& options) {
  const auto& iommu = options.iommu;
  if (iommu != "intel" && iommu != "amd" && iommu != "none") {
    return fail(ErrorKind::usage, fmt::format("--iommu {}: there is no such IOMMU", iommu),
                "--iommu is intel, amd or none");
  }
  return {};
}

std::vector<std::string> script_options(const Options& options) {
  std::vector<std::string> words{"--iommu", options.iommu, "--topology", options.topology};
  const auto add = [&](const char* name, const std::string& value) {
    words.insert(words.end(), {name, value});
  };
  if (!options.memory.empty()) add("--memory", options.memory);
  if (!options.disk.empty()) add("--disk", options.disk);
  if (options.timeout) add("--timeout", std::to_string(*options.timeout));
  for (const auto& variable : options.variables) add("--env", variable);
  if (options.steady) words.emplace_back("--steady");
  if (options.verbose) words.emplace_back("--verbose");
  return words;
}

}  // namespace

Result<int> lab(Context& context, const std::vector<std::string>& arguments) {
  const auto [ours, command] = split_words(arguments);
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), ours));
  if (!go) return 0;
  const auto& action = options.action;
  if (action != "list") GPUPASS_TRY(context.host.changeable());
  GPUPASS_TRY(check(options));

  std::vector<std::string> argv{(context.data / "scripts/lab/boot").string()};
  if (action == "list") {
    argv.emplace_back("--list");
  } else if (action == "shell" || (action == "run" && !command.empty())) {
    const auto words = script_options(options);
    argv.insert(argv.end(), words.begin(), words.end());
    argv.emplace_back(action == "shell" ? "--shell" : "--");
    if (action == "run") argv.insert(argv.end(), command.begin(), command.end());
  } else {
    return fail(ErrorKind::usage, action == "run" ? "no COMMAND is given after --" : "run, shell or list?",
                fmt::format("usage: {}", k_usage));
  }
  // In the emulated machine `gpupass` is this one.
  const char* const path = std::getenv("PATH");
  const auto folders = fmt::format("{}:{}", sys::executable().parent_path().string(),
                                   path != nullptr ? path : "/usr/bin:/bin");
  setenv("PATH", folders.c_str(), 1);
  context.terminal.out.flush();
  // A captured machine has no programs; what is listed is gpupass's own.
  return Failure(host_of_files(context).become(argv));
}

}  // namespace gpupass::cli
