// SPDX-License-Identifier: GPL-2.0-or-later
// LXC: a container of the user's that is off. It is started for each run with what it needs said on the
// command line, so that its configuration stays as it is, and stopped after. What runs of ours is known by a
// variable in the environment of its first process.
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/apply/end_container.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "run/container.hpp"

namespace gpupass::run {
namespace {

using core::Json;

constexpr const char* k_program =
    "/dev/gpupass-bench";                            // in the container, whose /dev is its own and in memory
constexpr auto k_start = std::chrono::seconds(120);  // its own init may take its time

/// What fstab(5) takes for a part of a field.
bool is_plain(const std::string& path) {
  return std::ranges::none_of(
      path, [](char c) { return c == ' ' || c == '\t' || c == '\\' || c == '\n' || c == '#'; });
}

class ByLxc : public ContainerRuns {
 public:
  explicit ByLxc(ContainerWork work) : work_(std::move(work)) {}

  Result<void> check() override {
    if (!is_plain(work_.program))
      return fail(ErrorKind::usage,
                  fmt::format("--program {}: LXC mounts no file with blanks in its path", work_.program));
    GPUPASS_TRY_ASSIGN(const auto now, state());
    if (now != "STOPPED") {
      GPUPASS_TRY_ASSIGN(const bool ours, apply::is_started_by_us(host(), name()));
      if (!ours)
        return fail(ErrorKind::busy, fmt::format("the container {} is {}", name(), core::printable(now)),
                    fmt::format("nothing was changed; the experiment starts it for each of its runs: "
                                "`lxc-stop --name {}` first",
                                name()));
    }
    GPUPASS_TRY(facts());
    return words_of_card(work_).map([](const Words&) {});
  }

  Result<Json> facts() override {
    GPUPASS_TRY_ASSIGN(const auto version, answer_of(host(), {"lxc-info", "--version"}, ""));
    Json facts{{"engine", "lxc"}, {"version", version}, {"from", name()}};
    if (!work_.functions.empty()) facts["card"] = "by devices and mounts";
    return facts;
  }

  RunContainer step() const override { return {"lxc", "", name()}; }

  Result<std::string> run(const Words& options, std::chrono::milliseconds limit) override {
    GPUPASS_TRY_ASSIGN(const auto card, words_of_card(work_));
    GPUPASS_TRY_ASSIGN(const auto facts, this->facts());
    const auto started = started_now();
    GPUPASS_TRY(start(card));
    Words words{"lxc-attach", "--name", name(), "--clear-env", "--", k_program};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--format", "json", started});
    GPUPASS_TRY_ASSIGN(const auto end, run_here(host(), std::move(words), limit));
    GPUPASS_TRY_ASSIGN(const auto result, result_of(end, "in lxc:" + name()));
    return with_facts(result, facts);
  }

 private:
  [[nodiscard]] Host& host() { return work_.world.host; }
  [[nodiscard]] const std::string& name() const { return work_.choice.name; }

  /// "STOPPED", "RUNNING". Error: not_found.
  Result<std::string> state() {
    GPUPASS_TRY_ASSIGN(const auto end,
                       ask(host(), {"lxc-info", "--name", name(), "--state", "--no-humanize"}));
    if (end.status == 0) return std::string(core::trim(end.output));
    return fail(ErrorKind::not_found,
                fmt::format("LXC has no container {}: {}", name(),
                            core::printable(core::trim(end.errors + end.output))),
                "nothing was changed; `lxc-ls` lists the containers");
  }

  Result<void> start(const Words& card) {
    Words words{"lxc-start", "--name", name()};
    const auto say = [&](const std::string& line) { words.insert(words.end(), {"--define", line}); };
    say(fmt::format("lxc.environment={}", apply::k_container_variable));
    say(fmt::format("lxc.mount.entry={} {} none ro,bind,create=file 0 0", work_.program, k_program + 1));
    for (const auto& line : card) say(line);
    GPUPASS_TRY_ASSIGN(const auto end, host().run({.argv = std::move(words), .timeout = k_start}));
    if (end.status == 0) return {};
    return fail(ErrorKind::system,
                fmt::format("lxc-start of {} ended with {}: {}", name(), end.status,
                            core::printable(core::trim(end.errors))),
                fmt::format("`lxc-start --name {} --foreground` shows whether it starts at all", name()));
  }

  ContainerWork work_;
};

}  // namespace

std::unique_ptr<ContainerRuns> by_lxc(ContainerWork work) {
  return std::make_unique<ByLxc>(std::move(work));
}

}  // namespace gpupass::run
