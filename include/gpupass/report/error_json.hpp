// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "gpupass/error.hpp"

namespace gpupass::report {

/// {"schema":"gpupass.error/1","kind":"busy","exit_code":6,"what":…,"hint":…,"also":[…]}
[[nodiscard]] std::string to_json(const Error& error);

}  // namespace gpupass::report
