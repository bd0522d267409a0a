// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "cli/guest/guest.hpp"

namespace gpupass::cli {

/// The address of a running guest, waited for. Errors: refused (it is off), timeout.
[[nodiscard]] Result<std::string> reach(Context& context, const GuestOptions& options,
                                        const OpenGuest& guest);

}  // namespace gpupass::cli
