// SPDX-License-Identifier: GPL-2.0-or-later
// The arms of an experiment: the places where one program measures one card, alternating.
#pragma once

#include <string>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::study {

enum class ArmKind { host, docker, podman, lxc, vm };

/// "host", "docker:IMAGE", "podman:IMAGE", "podman+crun:IMAGE", "lxc:NAME", "vm:NAME".
struct Arm {
  ArmKind kind = ArmKind::host;
  std::string runtime = {};  // of an engine: "crun"; empty: the one that the engine takes by itself
  std::string name = {};     // of the image, the container or the domain; of Podman also a folder, "/rootfs"
  std::string role = {};     // what its runs are called: "host", "podman+crun", "guest"; no two have the same
  bool operator==(const Arm&) const = default;

  [[nodiscard]] bool is_container() const {
    return kind == ArmKind::docker || kind == ArmKind::podman || kind == ArmKind::lxc;
  }
};

/// The first is the baseline. Errors: usage, for a word that is not an arm, two equal arms, and a single arm.
[[nodiscard]] Result<std::vector<Arm>> arms_of(const std::vector<std::string>& words);

/// The word that it was said by.
[[nodiscard]] std::string to_string(const Arm& arm);

/// A role as a part of a file's name: "docker:a/b" is "docker-a-b".
[[nodiscard]] std::string file_word(const std::string& role);

}  // namespace gpupass::study
