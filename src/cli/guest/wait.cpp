// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest wait VM`: until its first start is done, which is more than that it answers: packages and
// drivers are installed long after somebody can log in.
#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "cli/guest/reach.hpp"
#include "cli/hints.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::cli {
namespace {

// Of ssh and of a shell.
constexpr int k_not_reached = 255, k_no_such_program = 127;
// Of `cloud-init status` since 23.4: it went on past an error.
constexpr int k_done_with_errors = 2;

struct Options {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(1800)};
  Login login;
  std::string what = "ready";
};

Syntax syntax(const Context& context, Options& options) {
  Syntax syntax(
      "gpupass guest wait VM [options]",
      "Waits until a running guest has an address, as its agent or the lease of libvirt's network "
      "tells,\n"
      "and until cloud-init has done all of its first start, as cloud-init itself tells by ssh; then "
      "prints\n"
      "the address. An error is one where the first start failed.");
  syntax.option("for", options.what, "WHAT", "ready, or address: do not ask cloud-init");
  add_login_options(syntax, options.login);
  add_guest(syntax, context, options.guest);
  return syntax;
}

/// Asks cloud-init, which answers when it is done, for as long as the guest cannot be reached: it may not be
/// up yet, or be starting anew.
Result<void> wait_until_ready(Context& context, const GuestOptions& options, const std::string& vm,
                              const std::string& address, const Login& login) {
  // A guest that went away is found out within a minute.
  auto words = ssh_words(login, address, {"BatchMode=yes", "ConnectTimeout=30", "ServerAliveInterval=20"});
  for (const auto* const word : {"cloud-init", "status", "--wait", "--long"}) words.emplace_back(word);
  ProgramEnd end;
  const auto until = std::chrono::steady_clock::now() + options.timeout;
  auto waited = wait_for(options.timeout, vm + " to be ready", [&]() -> Result<bool> {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    GPUPASS_TRY_ASSIGN(end, context.host.run({words, {}, left + std::chrono::seconds(1)}));
    return end.status != k_not_reached;
  });
  if (!waited && waited.error().kind == ErrorKind::timeout) {
    const std::string said(core::trim(end.errors));
    waited.error().hint = fmt::format("{}`gpupass guest console {}` shows how far it got",
                                      said.empty() ? "" : fmt::format("ssh said: {}; ", said), vm);
  }
  GPUPASS_TRY(waited);
  if (end.status == 0 || end.status == k_no_such_program) return {};
  const auto where =
      with_connection(fmt::format("`gpupass guest ssh {} -- sudo cat /var/log/cloud-init-output.log`", vm),
                      options.uri == context.default_uri ? "" : options.uri);
  if (end.status == k_done_with_errors) {
    context.terminal.err << fmt::format("note: cloud-init met errors and went on: {} shows them\n", where);
    return {};
  }
  return fail(ErrorKind::system,
              fmt::format("{}: its first start failed; cloud-init says: {}", vm, core::trim(end.output)),
              where + " shows how");
}

}  // namespace

Result<int> guest_wait(Context& context, const std::vector<std::string>& arguments) {
  Options asked;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, asked), arguments));
  if (!go) return 0;
  const auto& [options, login, what] = asked;
  GPUPASS_TRY(context.host.changeable());
  if (what != "ready" && what != "address")
    return fail(ErrorKind::usage, fmt::format("--for {}: there is nothing of that name to wait for", what),
                "ready or address");
  GPUPASS_TRY_ASSIGN(const auto guest, open_guest(context, options));
  GPUPASS_TRY_ASSIGN(const auto address, reach(options, guest));
  if (what == "ready") GPUPASS_TRY(wait_until_ready(context, options, guest.state.name, address, login));
  context.terminal.out << address << "\n";
  return 0;
}

}  // namespace gpupass::cli
