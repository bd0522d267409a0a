// SPDX-License-Identifier: GPL-2.0-or-later
// One walk through /proc: which device nodes each process has open, and in which namespaces it lives.
// Seeing those of other users takes root.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

struct OpenNode {
  std::string path;          // "/dev/dri/card0": as the host names it, else as the process did
  std::string block_number;  // "259:0" of a block device of the running machine; else empty
  auto operator<=>(const OpenNode&) const = default;
};

struct Process {
  pid_t pid = 0;
  std::vector<OpenNode> nodes;                               // sorted
  std::string mount_namespace = {}, network_namespace = {};  // "mnt:[4026531841]"; empty: not known
};

struct Scan {
  std::vector<Process> processes;                  // those that have a node open, and one of each namespace
  std::string mount_namespace, network_namespace;  // the host's
  bool complete = false;                           // all processes could be looked into
};

/// The node of the host that has the number of a character device: a container may have it by another name.
/// Empty if the number is of nothing that cards have.
[[nodiscard]] std::string node_of_number(const Host& host, const std::string& number);

[[nodiscard]] Scan scan_processes(const Host& host, Problems& problems);
/// The same without the nodes: one process of each namespace.
[[nodiscard]] Scan scan_namespaces(const Host& host);

/// Name and origin of a process, for those that turn out to hold something.
void identify(const Host& host, pid_t pid, Holder& holder);

}  // namespace gpupass::discover
