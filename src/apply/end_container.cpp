// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/apply/end_container.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/sys/tool.hpp"

namespace gpupass::apply {
namespace {

using Words = std::vector<std::string>;

Result<std::string> said(Host& host, const Words& argv, const std::string& hint) {
  GPUPASS_TRY_ASSIGN(const auto end, host.run({.argv = argv}));
  return sys::answer_in(end, argv.front(), hint);
}

Result<void> end_by_engine(Host& host, const RunContainer& step) {
  const auto& [engine, runtime, name] = step;
  GPUPASS_TRY_ASSIGN(
      const auto there,
      host.run({.argv = engine_words(
                    step, {"container", "inspect", "--format",
                           fmt::format("{{{{index .Config.Labels \"{}\"}}}}", k_container_label), name})}));
  if (there.status != 0) return {};  // no container has the name
  if (core::trim(there.output) != k_container_mark)
    return fail(
        ErrorKind::refused, fmt::format("{} has a container {} that gpupass did not make", engine, name),
        fmt::format("nothing was changed; `{} rename {} ANOTHER-NAME` frees the name for the experiment",
                    engine, name));
  return said(host, engine_words(step, {"rm", "--force", name}),
              fmt::format("`{} rm --force {}` removes what the experiment left", engine, name))
      .map([](const std::string&) {});
}

Result<void> end_by_lxc(Host& host, const std::string& name) {
  GPUPASS_TRY_ASSIGN(const auto state,
                     host.run({.argv = {"lxc-info", "--name", name, "--state", "--no-humanize"}}));
  if (state.status != 0 || core::trim(state.output) == "STOPPED") return {};
  GPUPASS_TRY_ASSIGN(const bool ours, is_started_by_us(host, name));
  const auto by_hand = fmt::format("`lxc-stop --name {} --kill` ends it", name);
  if (!ours)
    return fail(ErrorKind::busy, fmt::format("something else started the container {}", name),
                "it was left running; " + by_hand);
  return said(host, {"lxc-stop", "--name", name, "--kill"}, by_hand).map([](const std::string&) {});
}

}  // namespace

Words engine_words(const RunContainer& step, const Words& more) {
  Words words{step.engine};
  if (step.engine == "podman" && !step.runtime.empty())
    words.insert(words.end(), {"--runtime", step.runtime});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Result<bool> is_started_by_us(Host& host, const std::string& lxc_container) {
  GPUPASS_TRY_ASSIGN(const auto pid,
                     said(host, {"lxc-info", "--name", lxc_container, "--pid", "--no-humanize"}, ""));
  const auto text =
      host.read(fmt::format("/proc/{}/environ", core::parse_number(pid).value_or(0))).value_or("");
  const auto variables = core::split(text, '\0');
  return std::ranges::find(variables, k_container_variable) != variables.end();
}

Result<void> end_container(Host& host, const RunContainer& step) {
  return step.engine == "lxc" ? end_by_lxc(host, step.name) : end_by_engine(host, step);
}

}  // namespace gpupass::apply
