// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass lab`: the front of scripts/lab/boot, which does the work.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "cli/options.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_usage = "gpupass lab run [options] -- COMMAND [ARG…] | shell [options] | list";

/// The script's options that are passed on as they were given.
Syntax syntax() {
  Syntax syntax{
      k_usage,
      "Boots an emulated machine with an IOMMU and graphics cards, on top of this machine's own files\n"
      "(nothing done there lasts), and runs COMMAND in it as root. Needs no hardware.\n"
      "COMMAND's exit status is the lab's; 97: the lab itself failed.",
      {},
      {{"action", 1}}};
  auto options = syntax.options.add_options();
  options("iommu", po::value<std::string>()->default_value("intel")->value_name("intel|amd|none"),
          "which IOMMU it has");
  options("topology", po::value<std::string>()->default_value("desktop")->value_name("NAME|FILE"),
          "which cards it has; `gpupass lab list` names them");
  options("memory", po::value<std::string>()->value_name("SIZE"), "how much memory it has, 6G");
  options("timeout", po::value<int>()->value_name("S"), "give up after so many seconds");
  options("disk", po::value<std::string>()->value_name("FILE"),
          "an image whose content outlasts the machine, on /persist");
  options("env", po::value<std::vector<std::string>>()->composing()->value_name("NAME=VALUE"),
          "set a variable for COMMAND");
  options("steady", "its clock goes by what it has run: slower, but not late on a busy machine");
  options("verbose,v", "show what the machine prints while it boots");
  return syntax;
}

Result<void> check(const po::variables_map& values) {
  const auto iommu = values["iommu"].as<std::string>();
  if (iommu != "intel" && iommu != "amd" && iommu != "none") {
    return fail(ErrorKind::usage, fmt::format("--iommu {}: there is no such IOMMU", iommu),
                "--iommu is intel, amd or none");
  }
  return {};
}

std::vector<std::string> script_options(const po::variables_map& values) {
  std::vector<std::string> words{"--iommu", values["iommu"].as<std::string>(), "--topology",
                                 values["topology"].as<std::string>()};
  for (const auto* const name : {"memory", "disk"}) {
    if (values.count(name) > 0)
      words.insert(words.end(), {fmt::format("--{}", name), values[name].as<std::string>()});
  }
  if (values.count("timeout") > 0)
    words.insert(words.end(), {"--timeout", std::to_string(values["timeout"].as<int>())});
  if (values.count("env") > 0) {
    for (const auto& variable : values["env"].as<std::vector<std::string>>()) {
      words.insert(words.end(), {"--env", variable});
    }
  }
  for (const auto* const name : {"steady", "verbose"}) {
    if (values.count(name) > 0) words.push_back(fmt::format("--{}", name));
  }
  return words;
}

}  // namespace

Result<int> lab(Context& context, const std::vector<std::string>& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  const std::vector<std::string> ours(arguments.begin(), separator);
  const std::vector<std::string> command(separator == arguments.end() ? separator : separator + 1,
                                         arguments.end());
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), ours));
  if (!values) return 0;
  const auto action =
      values->count("action") > 0 ? (*values)["action"].as<std::vector<std::string>>().front() : "";
  if (action != "list") GPUPASS_TRY(context.host.changeable());
  GPUPASS_TRY(check(*values));

  std::vector<std::string> argv{(context.data / "scripts/lab/boot").string()};
  if (action == "list") {
    argv.emplace_back("--list");
  } else if (action == "shell" || (action == "run" && !command.empty())) {
    const auto words = script_options(*values);
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
