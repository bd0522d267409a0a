// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel counts during a measurement: it explains a bad run.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "gpupass/bench/run.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench {

/// Since the machine started, all processors together; the process's own, and its children's, since it
/// started.
struct Counters {
  std::uint64_t busy_ticks = 0;   // of any program and of the kernel, ours too
  std::uint64_t all_ticks = 0;    // idle, waiting and stolen time as well
  std::uint64_t steal_ticks = 0;  // that the hypervisor gave to others
  std::uint64_t ctx_switches = 0;
  std::uint64_t interrupts = 0;
  std::uint64_t nvidia_irqs = 0;
  std::uint64_t own_ticks = 0;                     // this process and its children
  std::uint64_t own_ctx_switches = 0;              // it waited
  std::uint64_t own_involuntary_ctx_switches = 0;  // it was made to wait
};

/// Counters of what cannot be read are zero.
[[nodiscard]] Counters read_counters(const Host& host);

/// Run::counters: what was added between the two. ticks_per_second: sysconf(_SC_CLK_TCK).
[[nodiscard]] nlohmann::json between(const Counters& before, const Counters& after, long ticks_per_second);

/// Time taken from us while we measured: by the hypervisor, by other programs.
[[nodiscard]] std::vector<Gate> gates(const Counters& before, const Counters& after);

}  // namespace gpupass::bench
