// SPDX-License-Identifier: GPL-2.0-or-later
// Devices that the hook bound for one start of a domain, as their holds say.
#pragma once

#include <string>

#include "gpupass/recovery.hpp"
#include "gpupass/session/held.hpp"

namespace gpupass::session {

/// Error: refused, if one of them is bound for a start of another domain: of those that share it one runs
/// at a time.
[[nodiscard]] Result<void> refuse_lent_to_others(const Host& host, const std::string& domain,
                                                 const Functions& functions);

/// Binds those of the functions that are on no vfio driver, for a start of the domain.
[[nodiscard]] Result<void> begin_loan(World& world, const Manner& manner, const std::string& domain,
                                      const Functions& functions);

/// What was bound for the domain's start goes back to the driver it had; the holds stay.
[[nodiscard]] Result<void> end_loan(World& world, const Manner& manner, const std::string& domain);

/// Loans whose domain is not running although nobody returned them: the hook was killed, or libvirt was. One
/// of them stops no other: those of which it is known, and what was said of the rest.
struct LoansLeft {
  Loans loans;
  std::vector<Error> errors;  // of a libvirt that does not say whether a domain runs, or of what was tried
};
[[nodiscard]] LoansLeft loans_left(const World& world, std::chrono::milliseconds timeout);

/// Why they cannot be returned, as below a read-only /sys.
[[nodiscard]] std::vector<Error> obstacles_to_end(const World& world, const Loans& left);
/// loans_left(), returned; those of which that was done.
[[nodiscard]] LoansLeft end_loans_left(World& world, const Manner& manner);

}  // namespace gpupass::session
