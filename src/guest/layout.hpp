// SPDX-License-Identifier: GPL-2.0-or-later
// Which part of the host a guest runs on: decided once, then written into the profile by the steps.
#pragma once

#include <string>
#include <vector>

#include "gpupass/guest.hpp"
#include "gpupass/guest/size.hpp"

namespace gpupass::guest {

constexpr std::uint64_t k_mebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t k_gibibyte = std::uint64_t{1} << 30U;

/// How gpupass came to a number.
struct Reason {
  std::string why;
  std::string warning;
};

/// The part of the guest that runs on one node of the host.
struct Cell {
  int node = -1;  // of the host; -1: anywhere
  std::vector<GuestCard> cards;
  std::vector<int> cpus;  // of the host, one for each vCPU in order; empty: they float
  std::vector<int> kept;  // of the host, for its own work and QEMU's
  int vcpus = 0;
  std::uint64_t memory = 0;  // bytes
};

struct Layout {
  std::vector<Cell> cells;  // one at least, in order of node
  bool by_node = false;     // the host has several nodes, and the guest sees those it runs on
  int threads = 1;          // of a core of the guest
  Reason vcpus_reason, memory_reason, pins_reason;

  [[nodiscard]] int vcpus() const;
  [[nodiscard]] std::uint64_t memory() const;  // bytes
  /// Every vCPU has a processor of its own.
  [[nodiscard]] bool pinned() const;
};

/// Error: usage, for numbers that cannot be divided among the cards' nodes or that QEMU does not take.
[[nodiscard]] Result<Layout> lay_out(const GuestRequest& request, const GuestHost& host);

}  // namespace gpupass::guest
