// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass's own files, as they were installed or as they are in the source tree.
#pragma once

#include <filesystem>

#include "gpupass/report/hints.hpp"

namespace gpupass::session {

/// The folder that holds xml-templates/ and scripts/: below the prefix when installed, in the source tree
/// when run from a build.
[[nodiscard]] std::filesystem::path installed_data();

/// Where messages find documents and scripts. `data`: the folder above.
[[nodiscard]] report::Places places_of(const std::filesystem::path& data);

}  // namespace gpupass::session
