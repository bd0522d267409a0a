// SPDX-License-Identifier: GPL-2.0-or-later
// How a guest is reached: where it is, and who logs in.
#pragma once

#include <string>
#include <vector>

#include "gpupass/guest/seed.hpp"
#include "gpupass/run/guest.hpp"

namespace gpupass::run {

/// The address of a running guest, waited for. Errors: refused (it is off), timeout.
[[nodiscard]] Result<std::string> reach(const GuestChoice& choice, const OpenGuest& guest);

struct Login {
  std::string user = guest::k_guest_user;
  std::string identity;  // the file of a private key; empty: ssh's own choice
};

/// ssh as far as the address, which no option can follow any more: a command may. Every guest of a name has
/// another key of its own, so the known hosts of other machines are left alone.
[[nodiscard]] std::vector<std::string> ssh_words(const Login& login, const std::string& address,
                                                 const std::vector<std::string>& more_options = {});

/// Waits until cloud-init has done all of a guest's first start, as it tells by ssh; what it went on past is
/// noted. Errors: timeout; system, if the first start failed.
[[nodiscard]] Result<void> wait_until_ready(session::World& world, session::Requester& requester,
                                            const GuestChoice& choice, const std::string& vm,
                                            const std::string& address, const Login& login);

}  // namespace gpupass::run
