// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/container.hpp"

#include <fmt/format.h>

#include "gpupass/bench/run.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/session/container.hpp"
#include "gpupass/sys/terminal.hpp"
#include "gpupass/sys/tool.hpp"

namespace gpupass::run {
namespace {

constexpr int k_engine_failed = 125;  // of Docker and Podman: they could not start it
constexpr int k_not_runnable = 126;
constexpr int k_not_found = 127;

const char* hint_for(int status) {
  if (status == k_engine_failed) return "this is the engine's own message: it did not start the container";
  if (status == k_not_runnable || status == k_not_found)
    return "gpupass-bench needs glibc and libgcc_s in the container: an image of a distribution at least as "
           "new as the machine that it was built on, and not one with musl (Alpine)";
  return "";
}

}  // namespace

std::unique_ptr<ContainerRuns> container_runs(session::World& world, session::Requester& requester,
                                              const ContainerChoice& choice,
                                              const session::Functions& functions,
                                              const std::string& program) {
  ContainerWork work{world, requester, choice, functions, program};
  return choice.engine == container::Engine::lxc ? by_lxc(std::move(work)) : by_engine(std::move(work));
}

std::string started_now() {
  using std::chrono::nanoseconds;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return fmt::format("--started={}", std::chrono::duration_cast<nanoseconds>(now).count());
}

Result<ProgramEnd> ask(Host& host, const Words& argv) {
  auto end = host.run({.argv = argv});
  if (end || end.error().kind != ErrorKind::not_found) return end;
  return fail(ErrorKind::not_found, fmt::format("{} is not installed", argv.front()),
              fmt::format("nothing was changed; install it, or leave this arm out ({})", end.error().hint));
}

Result<std::string> answer_of(Host& host, const Words& argv, const std::string& hint) {
  GPUPASS_TRY_ASSIGN(const auto end, ask(host, argv));
  return sys::answer_in(end, argv.front(), hint);
}

Result<ProgramEnd> run_here(Host& host, Words argv, std::chrono::milliseconds limit) {
  argv.insert(argv.begin(), {"setpriv", "--pdeathsig", "KILL", "--"});
  const sys::InterruptsEndPrograms stoppable;
  GPUPASS_TRY_ASSIGN(auto end, host.run({.argv = std::move(argv), .timeout = limit}));
  if (sys::interrupted()) return fail(ErrorKind::system, "interrupted");
  return end;
}

Result<std::string> result_of(const ProgramEnd& end, const std::string& where) {
  const bool nothing_measured = end.status == exit_code(ErrorKind::unsupported);
  if (end.output.empty() || end.status > 1)
    return fail(nothing_measured ? ErrorKind::unsupported : ErrorKind::system,
                fmt::format("gpupass-bench {} ended with {}: {}", where, end.status,
                            core::printable(core::trim(end.errors))),
                hint_for(end.status));
  const auto run = bench::run_from_json(end.output);
  if (!run) return within(fmt::format("the result of gpupass-bench {}", where), run.error());
  if (run->id.empty())
    return fail(ErrorKind::invalid, fmt::format("gpupass-bench {} found no /proc, which it needs", where),
                "for LXC, `lxc.mount.auto = proc:mixed sys:mixed` in its configuration mounts it");
  return end.output;
}

std::string with_facts(const std::string& result, const core::Json& facts) {
  auto json = core::Json::parse(result);
  json["env"]["container"] = facts;
  return json.dump(1) + "\n";
}

Result<Words> words_of_card(const ContainerWork& work) {
  if (work.functions.empty()) return Words{};
  const auto engine = work.choice.engine;
  GPUPASS_TRY_ASSIGN(const auto text, session::container_flags(work.world, work.requester,
                                                               session::exactly(work.functions), engine));
  Words words;
  for (const auto piece : engine == container::Engine::lxc ? core::split(text, '\n') : core::words(text)) {
    if (!piece.starts_with('#')) words.emplace_back(piece);
  }
  return words;
}

}  // namespace gpupass::run
