// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass's own files, as they were installed or as they are in the source tree, and where it was installed.
#pragma once

#include <filesystem>

#include "gpupass/report/hints.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::session {

/// The folder that holds xml-templates/ and scripts/: below the prefix when installed, in the source tree
/// when run from a build.
[[nodiscard]] std::filesystem::path installed_data();

/// The world of a program that runs here: libvirt as the environment names it, and a captured machine only to
/// be looked at.
[[nodiscard]] World installed_world(Host& host);

/// The machine below this folder: of what capture-host made, the root that is in it. Error: not_found.
[[nodiscard]] Result<std::string> machine_root(const std::string& folder);

/// Where messages find documents and scripts. `data`: the folder above.
[[nodiscard]] report::Places places_of(const std::filesystem::path& data);

}  // namespace gpupass::session
