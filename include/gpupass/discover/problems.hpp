// SPDX-License-Identifier: GPL-2.0-or-later
// Noting what could not be read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass::discover {

using Problems = std::vector<Problem>;

void note(Problems& problems, std::string_view path, std::string what);

/// The error's reason, without the path that the problem names already.
void note(Problems& problems, std::string_view path, const Error& error);

/// What was read, or nothing and a problem.
[[nodiscard]] std::string text_or_note(Problems& problems, std::string_view path, Result<std::string> read);

/// What was found where something else was expected, fit to be shown: quoted, printable, short.
[[nodiscard]] std::string excerpt(std::string_view found);

}  // namespace gpupass::discover
