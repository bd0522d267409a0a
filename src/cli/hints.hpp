// SPDX-License-Identifier: GPL-2.0-or-later
// What a message tells a person to type or to read works as it stands: commands have the libvirt connection
// that is in use, documents and scripts are named where they are installed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::cli {

/// The connection that these arguments name; empty where they leave it to the environment, which the next
/// command has as well.
[[nodiscard]] std::string connection_named(const std::vector<std::string>& arguments);

/// The text with the connection in each `virsh …`, and in each `gpupass …` that asks libvirt. An empty one
/// changes nothing.
[[nodiscard]] std::string with_connection(const std::string& text, const std::string& uri);

/// The text with the place of each file that it names as in the source tree, "docs/guests.md" or
/// "scripts/provision/provision". `data` is the folder of xml-templates/.
[[nodiscard]] std::string with_places(std::string text, const std::filesystem::path& data);

/// Both, for all of its hints.
[[nodiscard]] Error as_it_stands(Error error, const std::string& uri, const std::filesystem::path& data);

}  // namespace gpupass::cli
