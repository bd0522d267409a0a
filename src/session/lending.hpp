// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass attach --lend`: where a card could not be with the host while its domain is off.
#pragma once

#include "gpupass/session/held.hpp"

namespace gpupass::session {

/// Error: refused, if nothing would bind a card when this domain starts, or it is to have the card now.
[[nodiscard]] Result<void> refuse_loan_to(const Host& host, const DomainFacts& domain,
                                          const Functions& functions);

/// Error: refused, if one of the functions could not go back to the host, or not now.
[[nodiscard]] Result<void> refuse_loan_of(const Host& host, const Inventory& inventory,
                                          const std::vector<Hold>& holds, const DomainFacts& domain,
                                          const Functions& functions);

}  // namespace gpupass::session
