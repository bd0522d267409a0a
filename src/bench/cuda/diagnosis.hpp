// SPDX-License-Identifier: GPL-2.0-or-later
// Why CUDA does not work here, from the facts of the machine. Pure: the facts are gathered elsewhere
// (machine_facts), so every kind of failure is a literal in a test. No CUDA header here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench::cuda {

struct CardOnBus {
  std::string address;  // "0000:02:00.0"
  std::string driver;   // "nvidia", "vfio-pci"; empty: none
  bool operator==(const CardOnBus&) const = default;
};

/// One of the driver's device nodes.
struct Node {
  std::string path;   // "/dev/nvidiactl"
  std::string error;  // why it cannot be opened; empty: it can
  bool missing = false;
  bool shut = false;    // EPERM: the device control group does not allow it; root's capabilities do not help
  bool hollow = false;  // ENXIO: the node's number is of no driver
  bool operator==(const Node&) const = default;
};

/// What the files of this machine say.
struct MachineFacts {
  bool contained = false;                    // this is a container
  bool bus_seen = false;                     // /sys/bus/pci is there to look at
  std::vector<CardOnBus> cards;              // NVIDIA's display and 3D controllers
  std::optional<std::string> kernel_module;  // its version, "580.159.04"; nothing: not loaded; empty: unknown
  std::vector<Node> nodes;                   // nvidiactl, nvidia0 …, nvidia-uvm
  bool operator==(const MachineFacts&) const = default;
};

/// What the driver's library answered.
struct DriverFacts {
  std::string load_error;   // of libcuda.so.1; empty: it was loaded
  std::string library;      // its version, from its file's name; empty: not known
  std::optional<int> init;  // cuInit's answer; nothing: not asked
  int api = 0;              // the newest CUDA that it serves: 13000; 0: not known
  int cards = 0;            // that it lets this process use
  bool operator==(const DriverFacts&) const = default;
};

[[nodiscard]] MachineFacts machine_facts(const Host& host);

/// Loads libcuda.so.1 and asks it; initialises the driver in this process.
[[nodiscard]] DriverFacts driver_facts();

/// Nothing when the card with that ordinal can be used by a program of that runtime (13000: CUDA 13.0).
/// Else the first thing that is missing, from the card upwards; see usable() for the kinds of error.
[[nodiscard]] Result<> diagnose(const MachineFacts& machine, const DriverFacts& driver, int runtime,
                                int ordinal);

}  // namespace gpupass::bench::cuda
