// SPDX-License-Identifier: GPL-2.0-or-later
// A card's own attributes, and what they say it cannot exceed. No CUDA header here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gpupass/bench/measurement.hpp"
#include "gpupass/error.hpp"

namespace gpupass::bench::cuda {

struct Link {
  int generation = 0;  // 5: 32 GT/s a lane
  int width = 0;       // lanes
  bool operator==(const Link&) const = default;
};

struct Card {
  int ordinal = 0;  // CUDA's, of this process
  std::string name;
  std::string uuid;          // "GPU-1b2c…", the same on host and guest
  std::string pci_address;   // "0000:02:00.0", as this machine sees it
  int major = 0, minor = 0;  // compute capability
  int sm = 0;                // multiprocessors
  double sm_hz = 0;          // their highest clock
  double memory_hz = 0;      // two transfers a cycle
  int memory_bus_bits = 0;
  std::int64_t l2_bytes = 0;
  std::int64_t memory_bytes = 0;
  bool ecc = false;
  int copy_engines = 0;
  std::optional<Link> link;  // the best that card and slot can do; nothing: neither NVML nor sysfs says
  bool operator==(const Card&) const = default;
};

[[nodiscard]] Result<Card> card(int ordinal);

/// How many cards CUDA sees; 0 where it does not work at all.
[[nodiscard]] int card_count();

enum class Precision { bf16, fp32, fp64 };

// Ceilings, with the card's numbers in the formula. Nothing if an attribute or the architecture is not
// known: no ceiling is better than a wrong one.

/// Of device memory, read and written together; B/s.
[[nodiscard]] std::optional<Ceiling> memory_bandwidth(const Card& card);
/// Of the PCIe link in one direction, before packet headers; B/s.
[[nodiscard]] std::optional<Ceiling> link_rate(const Card& card);
/// Of fused multiply-adds outside of the tensor cores (fp32, fp64); FLOP/s at the highest clock.
[[nodiscard]] std::optional<Ceiling> fma_rate(const Card& card, Precision precision);
/// Of dense matrix products in the tensor cores (bf16, fp64); FLOP/s at the highest clock.
[[nodiscard]] std::optional<Ceiling> tensor_rate(const Card& card, Precision precision);

}  // namespace gpupass::bench::cuda
