// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/lab.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "gpupass/sys/terminal.hpp"

namespace gpupass::run {
namespace {

using Words = std::vector<std::string>;

Words machine_options(const LabRequest& request) {
  Words words{"--iommu", request.iommu, "--topology", request.topology};
  const auto add = [&](const char* name, const std::string& value) {
    words.insert(words.end(), {name, value});
  };
  if (!request.memory.empty()) add("--memory", request.memory);
  if (!request.disk.empty()) add("--disk", request.disk);
  if (request.timeout) add("--timeout", std::to_string(*request.timeout));
  for (const auto& variable : request.variables) add("--env", variable);
  if (request.steady) words.emplace_back("--steady");
  if (request.verbose) words.emplace_back("--verbose");
  return words;
}

Words script_words(const session::World& world, const LabRequest& request) {
  Words argv{(world.data / "scripts/lab/boot").string()};
  if (request.action == "list") {
    argv.emplace_back("--list");
    return argv;
  }
  const auto options = machine_options(request);
  argv.insert(argv.end(), options.begin(), options.end());
  argv.emplace_back(request.action == "shell" ? "--shell" : "--");
  if (request.action == "run") argv.insert(argv.end(), request.command.begin(), request.command.end());
  return argv;
}

/// In the emulated machine `gpupass` is this one.
void put_ourselves_first() {
  const char* const path = std::getenv("PATH");
  const auto folders = fmt::format("{}:{}", sys::executable().parent_path().string(),
                                   path != nullptr ? path : "/usr/bin:/bin");
  setenv("PATH", folders.c_str(), 1);
}

}  // namespace

Error become_lab(session::World& world, const LabRequest& request) {
  if (request.action != "list") {
    if (auto changeable = world.host.changeable(); !changeable) return std::move(changeable).error();
  }
  put_ourselves_first();
  // A captured machine has no programs; what is listed is gpupass's own.
  return session::host_of_files(world).become(script_words(world, request));
}

}  // namespace gpupass::run
