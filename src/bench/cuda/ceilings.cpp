// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <array>

#include "bench/cuda/card.hpp"

namespace gpupass::bench::cuda {
namespace {

/// What one multiprocessor does in one cycle, by compute capability. 0: not known or not there.
struct Architecture {
  int major, minor;
  int fma_fp32, fma_fp64;        // multiply-adds outside of the tensor cores
  int tensor_bf16, tensor_fp64;  // multiply-adds in them, dense, accumulated in fp32 and fp64
};
constexpr std::array k_architectures = {
    Architecture{7, 5, 64, 2, 0, 0},        Architecture{8, 0, 64, 32, 1024, 64},
    Architecture{8, 6, 128, 2, 0, 0},       Architecture{8, 9, 128, 2, 0, 0},
    Architecture{9, 0, 128, 64, 2048, 128}, Architecture{10, 0, 128, 64, 0, 0},
    Architecture{12, 0, 128, 2, 0, 0},
};

/// Of one lane, in one direction.
struct Generation {
  double transfers;    // a second
  int payload, coded;  // bits carried of bits sent
};
constexpr std::array k_generations = {
    Generation{2.5e9, 8, 10},   Generation{5e9, 8, 10},     Generation{8e9, 128, 130},
    Generation{16e9, 128, 130}, Generation{32e9, 128, 130}, Generation{64e9, 242, 256},
};

const Architecture* architecture(const Card& card) {
  for (const auto& entry : k_architectures) {
    if (entry.major == card.major && entry.minor == card.minor) return &entry;
  }
  return nullptr;
}

std::optional<Ceiling> multiply_adds(const Card& card, int a_cycle) {
  if (a_cycle == 0 || card.sm == 0 || card.sm_hz <= 0) return std::nullopt;
  return Ceiling{
      card.sm * a_cycle * 2.0 * card.sm_hz,
      fmt::format("{} SM × {} multiply-adds × 2 × {:.0f} MHz", card.sm, a_cycle, card.sm_hz / 1e6)};
}

}  // namespace

std::optional<Ceiling> memory_bandwidth(const Card& card) {
  if (card.memory_bus_bits == 0 || card.memory_hz <= 0) return std::nullopt;
  return Ceiling{card.memory_bus_bits / 8.0 * 2 * card.memory_hz,
                 fmt::format("{} bit ÷ 8 × 2 × {:.0f} MHz", card.memory_bus_bits, card.memory_hz / 1e6)};
}

std::optional<Ceiling> link_rate(const Card& card) {
  if (!card.link || card.link->generation < 1 ||
      card.link->generation > static_cast<int>(k_generations.size())) {
    return std::nullopt;
  }
  const auto& lane = k_generations.at(static_cast<std::size_t>(card.link->generation) - 1);
  return Ceiling{lane.transfers * card.link->width * lane.payload / lane.coded / 8,
                 fmt::format("{} lanes × {:g} GT/s × {}/{} ÷ 8", card.link->width, lane.transfers / 1e9,
                             lane.payload, lane.coded)};
}

std::optional<Ceiling> fma_rate(const Card& card, Precision precision) {
  const auto* const found = architecture(card);
  if (found == nullptr || precision == Precision::bf16) return std::nullopt;
  return multiply_adds(card, precision == Precision::fp32 ? found->fma_fp32 : found->fma_fp64);
}

std::optional<Ceiling> tensor_rate(const Card& card, Precision precision) {
  const auto* const found = architecture(card);
  if (found == nullptr || precision == Precision::fp32) return std::nullopt;
  return multiply_adds(card, precision == Precision::bf16 ? found->tensor_bf16 : found->tensor_fp64);
}

}  // namespace gpupass::bench::cuda
