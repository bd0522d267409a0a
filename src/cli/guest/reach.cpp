// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/reach.hpp"

namespace gpupass::cli {

Result<std::string> reach(const GuestOptions& options, const OpenGuest& guest) {
  const auto& name = guest.state.name;
  if (!guest.state.running)
    return fail(ErrorKind::refused, name + " is not running", "`gpupass guest start " + name + "` starts it");
  std::vector<std::string> addresses;
  auto waited = wait_for(options.timeout, name + " to have an address", [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(addresses, guest.hypervisor->addresses(name));
    return !addresses.empty();
  });
  if (!waited && waited.error().kind == ErrorKind::timeout)
    waited.error().hint = "`gpupass guest console " + name + "` shows how far it got";
  GPUPASS_TRY(waited);
  return addresses.front();
}

void add_login_options(Syntax& syntax, Login& to) {
  syntax.option("user", to.user, "NAME", "who to log in as");
  syntax.option("identity,i", to.identity, "FILE", "the private key to log in with; else ssh's choice");
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

}  // namespace gpupass::cli
