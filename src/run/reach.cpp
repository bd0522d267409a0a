// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/reach.hpp"

#include <fmt/format.h>

#include "gpupass/core/text.hpp"
#include "gpupass/sys/terminal.hpp"
#include "gpupass/sys/wait.hpp"

namespace gpupass::run {
namespace {

// Of ssh and of a shell.
constexpr int k_not_reached = 255, k_no_such_program = 127;
// Of `cloud-init status` since 23.4: it went on past an error.
constexpr int k_done_with_errors = 2;

/// Waits until `reached` says yes. Error: timeout, with `what` was waited for; or what `reached` ended with.
Result<void> wait_for(std::chrono::milliseconds timeout, const std::string& what,
                      const std::function<Result<bool>()>& reached) {
  GPUPASS_TRY_ASSIGN(const bool came,
                     sys::wait_until(timeout, std::chrono::milliseconds(500), [&]() -> Result<bool> {
                       if (sys::interrupted()) return fail(ErrorKind::system, what + ": interrupted");
                       return reached();
                     }));
  if (came) return {};
  return fail(ErrorKind::timeout,
              fmt::format("{}: not within {} s", what,
                          std::chrono::duration_cast<std::chrono::seconds>(timeout).count()));
}

}  // namespace

Result<std::string> reach(const GuestChoice& choice, const OpenGuest& guest) {
  const auto& name = guest.state.name;
  if (!guest.state.running)
    return fail(ErrorKind::refused, name + " is not running", "`gpupass guest start " + name + "` starts it");
  std::vector<std::string> addresses;
  auto waited = wait_for(choice.patience, name + " to have an address", [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(addresses, guest.hypervisor->addresses(name));
    return !addresses.empty();
  });
  if (!waited && waited.error().kind == ErrorKind::timeout)
    waited.error().hint = "`gpupass guest console " + name + "` shows how far it got";
  GPUPASS_TRY(waited);
  return addresses.front();
}

std::vector<std::string> ssh_words(const Login& login, const std::string& address,
                                   const std::vector<std::string>& more_options) {
  std::vector<std::string> words{"ssh"};
  for (const auto* const option :
       {"StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"}) {
    words.insert(words.end(), {"-o", option});
  }
  for (const auto& option : more_options) words.insert(words.end(), {"-o", option});
  if (!login.identity.empty()) words.insert(words.end(), {"-o", "IdentitiesOnly=yes", "-i", login.identity});
  words.insert(words.end(), {"-l", login.user, "--", address});
  return words;
}

/// Asks cloud-init, which answers when it is done, for as long as the guest cannot be reached: it may not be
/// up yet, or be starting anew.
Result<void> wait_until_ready(session::World& world, session::Requester& requester, const GuestChoice& choice,
                              const std::string& vm, const std::string& address, const Login& login) {
  // A guest that went away is found out within a minute.
  auto words = ssh_words(login, address, {"BatchMode=yes", "ConnectTimeout=30", "ServerAliveInterval=20"});
  for (const auto* const word : {"cloud-init", "status", "--wait", "--long"}) words.emplace_back(word);
  ProgramEnd end;
  const auto until = std::chrono::steady_clock::now() + choice.patience;
  auto waited = wait_for(choice.patience, vm + " to be ready", [&]() -> Result<bool> {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    GPUPASS_TRY_ASSIGN(end, world.host.run({words, {}, left + std::chrono::seconds(1)}));
    return end.status != k_not_reached;
  });
  if (!waited && waited.error().kind == ErrorKind::timeout) {
    const std::string said(core::trim(end.errors));
    waited.error().hint = fmt::format("{}`gpupass guest console {}` shows how far it got",
                                      said.empty() ? "" : fmt::format("ssh said: {}; ", said), vm);
  }
  GPUPASS_TRY(waited);
  if (end.status == 0 || end.status == k_no_such_program) return {};
  const auto where = fmt::format("`gpupass guest ssh {} -- sudo cat /var/log/cloud-init-output.log`", vm);
  if (end.status == k_done_with_errors) {
    requester.note(fmt::format("cloud-init met errors and went on: {} shows them", where));
    return {};
  }
  return fail(ErrorKind::system,
              fmt::format("{}: its first start failed; cloud-init says: {}", vm, core::trim(end.output)),
              where + " shows how");
}

}  // namespace gpupass::run
