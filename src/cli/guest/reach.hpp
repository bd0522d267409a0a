// SPDX-License-Identifier: GPL-2.0-or-later
// How a guest is reached: where it is, and who logs in.
#pragma once

#include <string>
#include <vector>

#include "cli/guest/guest.hpp"
#include "gpupass/guest/seed.hpp"

namespace gpupass::cli {

/// The address of a running guest, waited for. Errors: refused (it is off), timeout.
[[nodiscard]] Result<std::string> reach(const GuestOptions& options, const OpenGuest& guest);

struct Login {
  std::string user = guest::k_guest_user;
  std::string identity;  // the file of a private key; empty: ssh's own choice
};
/// --user and --identity.
void add_login_options(Syntax& syntax, Login& to);

/// ssh as far as the address, which no option can follow any more: a command may. Every guest of a name has
/// another key of its own, so the known hosts of other machines are left alone.
[[nodiscard]] std::vector<std::string> ssh_words(const Login& login, const std::string& address,
                                                 const std::vector<std::string>& more_options = {});

}  // namespace gpupass::cli
