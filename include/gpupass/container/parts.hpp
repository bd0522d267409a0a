// SPDX-License-Identifier: GPL-2.0-or-later
// What a container needs for its cards, and the options and lines for engines without CDI. Pure.
#pragma once

#include <string>
#include <vector>

#include "gpupass/container/machine.hpp"

namespace gpupass::container {

/// Everything that a container needs for some cards, each part once.
struct Parts {
  std::vector<Node> nodes;
  std::vector<Mount> mounts;
  std::vector<std::string> environment;  // "NAME=value"
  bool locks_memory = false;             // a guest's memory is pinned: no limit on it
  bool operator==(const Parts&) const = default;
};
[[nodiscard]] Parts parts_of(const Machine& machine, const std::vector<const Card*>& cards);

enum class Engine { docker, podman, compose, lxc, libvirt_lxc, nspawn };
/// By its name on the command line; nothing for none that there is.
[[nodiscard]] std::optional<Engine> engine_named(std::string_view name);
/// "docker, podman, compose, lxc, libvirt-lxc, systemd-nspawn".
[[nodiscard]] std::string engine_names();

/// Words on one line, for `$(…)`; of Compose a file, of LXC lines of a configuration, of libvirt's containers
/// elements of XML. `unified`: control groups are of version 2. Error: invalid, if a path has a blank in it,
/// which no shell would keep together (Compose's quotes do).
[[nodiscard]] Result<std::string> flags(const Parts& parts, Engine engine, bool unified);

}  // namespace gpupass::container
