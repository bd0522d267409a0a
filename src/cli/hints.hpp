// SPDX-License-Identifier: GPL-2.0-or-later
// Commands that a message names work as they stand: with the libvirt connection that is in use.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::cli {

/// The connection that these arguments name; empty where they leave it to the environment, which the next
/// command has as well.
[[nodiscard]] std::string connection_named(const std::vector<std::string>& arguments);

/// The error with the connection in each `virsh …` and `gpupass …` of its hints that asks libvirt.
[[nodiscard]] Error with_connection(Error error, const std::string& uri);

/// The error with the place of each document that its hints name as in the source tree: "docs/guests.md".
/// `data` is the folder of xml-templates/, beside which documents are installed.
[[nodiscard]] Error with_documents(Error error, const std::filesystem::path& data);

}  // namespace gpupass::cli
