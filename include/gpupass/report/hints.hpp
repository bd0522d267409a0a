// SPDX-License-Identifier: GPL-2.0-or-later
// What a message tells a person to type or to read works as printed: commands have the libvirt connection
// that is in use, documents and scripts are named where they are installed.
#pragma once

#include <string>

#include "gpupass/error.hpp"

namespace gpupass::report {

/// The text with the connection in each `virsh …`, and in each `gpupass …` that asks libvirt. An empty one
/// changes nothing.
[[nodiscard]] std::string with_connection(const std::string& text, const std::string& uri);

/// Folders of this installation, each ending with a slash.
struct Places {
  std::string documents, scripts;
};
/// The text with the place of each file that it names as in the source tree, "docs/guests.md" or
/// "scripts/provision/provision".
[[nodiscard]] std::string with_places(std::string text, const Places& places);

/// Both, for all of its hints.
[[nodiscard]] Error as_it_stands(Error error, const std::string& uri, const Places& places);

}  // namespace gpupass::report
