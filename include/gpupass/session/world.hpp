// SPDX-License-Identifier: GPL-2.0-or-later
// What a request is carried out in, wherever it comes from: a prompt, libvirt's hook, an experiment.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "gpupass/host.hpp"
#include "gpupass/hypervisor.hpp"

namespace gpupass::session {

using Connect =
    std::function<Result<std::unique_ptr<Hypervisor>>(const std::string& uri, std::chrono::milliseconds)>;

struct World {
  Host& host;
  Connect connect;
  std::filesystem::path data;  // holds xml-templates/, scripts/ and lab/
  std::string default_uri;     // LIBVIRT_DEFAULT_URI, else qemu:///system
  bool uri_is_named = false;   // by LIBVIRT_DEFAULT_URI
};

/// The machine whose files a person names on the command line, and whose programs read them: always this one,
/// also while a captured machine is looked at.
[[nodiscard]] Host& host_of_files(World& world);

}  // namespace gpupass::session
