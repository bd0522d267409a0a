// SPDX-License-Identifier: GPL-2.0-or-later
// The host's processors and memory, as far as a guest is placed on them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/inventory.hpp"

namespace gpupass {

/// A core: the processors (hardware threads) that share it, ascending.
struct Core {
  std::vector<int> cpus;
  bool operator==(const Core&) const = default;
};

/// Huge pages of one size on one node.
struct PagePool {
  std::uint64_t total = 0;  // pages
  std::uint64_t free = 0;
  bool operator==(const PagePool&) const = default;
};

struct NumaNode {
  int id = 0;
  std::vector<Core> cores;                      // by their first processor; empty: a node of memory only
  std::uint64_t memory = 0;                     // bytes
  std::uint64_t free = 0;                       // bytes, now, huge pages not counted
  std::map<std::uint64_t, PagePool> hugepages;  // by the size of a page in bytes
  bool operator==(const NumaNode&) const = default;
};

struct HostTopology {
  std::string cpu_vendor;       // "GenuineIntel", "AuthenticAMD"
  int physical_bits = 0;        // of a physical address; 0: not known
  std::vector<NumaNode> nodes;  // sorted; one, of the whole machine, where the kernel knows no nodes
  std::vector<Problem> problems;
  bool operator==(const HostTopology&) const = default;

  [[nodiscard]] const NumaNode* node(int id) const;
};

/// "0-2,8" → 0, 1, 2, 8. Nothing for anything else, and for lists longer than a machine can have.
[[nodiscard]] std::optional<std::vector<int>> parse_cpu_list(std::string_view text);
/// The reverse: 0, 1, 2, 8 → "0-2,8". Wants them ascending.
[[nodiscard]] std::string cpu_list(const std::vector<int>& cpus);

}  // namespace gpupass
