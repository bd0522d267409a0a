// SPDX-License-Identifier: GPL-2.0-or-later
// What only NVML knows of a card. The library comes with the driver and is loaded on demand; if it is
// missing, or refuses an answer, the fields stay empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bench/cuda/card.hpp"

namespace gpupass::bench::cuda {

struct CardState {
  std::optional<std::string> driver;  // "580.159.04"
  std::optional<bool> ecc, mig, persistence;
  std::optional<Link> link_now;  // idle links may be slower
  std::optional<Link> link_max;  // of card and slot together
  std::optional<std::int64_t> bar1_bytes;
  std::optional<int> sm_mhz, memory_mhz;
  std::optional<std::uint64_t> throttle;  // k_throttle_… bits
  std::optional<double> power_w, power_limit_w;
  std::optional<int> temperature_c;
  std::optional<int> processes;  // that compute on it, this one included
};

// Reasons for a clock below the highest that say nothing against a measurement.
inline constexpr std::uint64_t k_throttle_idle = 0x1, k_throttle_power_cap = 0x4;

/// Of the card with that UUID, now. Nothing if NVML cannot be loaded or does not know the card.
[[nodiscard]] std::optional<CardState> card_state(const std::string& uuid);

}  // namespace gpupass::bench::cuda
