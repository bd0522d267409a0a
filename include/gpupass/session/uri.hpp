// SPDX-License-Identifier: GPL-2.0-or-later
// What a libvirt connection leads to.
#pragma once

#include <string>

#include "gpupass/error.hpp"

namespace gpupass::session {

/// Devices and files are this machine's. Error: unsupported, for a connection to another one.
[[nodiscard]] Result<void> refuse_remote(const std::string& uri);

/// A PCI device goes to a virtual machine. Error: unsupported, for a connection to libvirt's containers, with
/// what gives them a card: `name` is a container's, `devices` what it is to get, as both were given.
[[nodiscard]] Result<void> refuse_containers(const std::string& uri, const std::string& name,
                                             const std::string& devices);

}  // namespace gpupass::session
