// SPDX-License-Identifier: GPL-2.0-or-later
// What must be true of the card for its figures to be trusted.
#include <cmath>
#include <limits>
#include <thread>

#include "bench/cuda/cuda.hpp"
#include "bench/cuda/harness.hpp"
#include "bench/cuda/nvml.hpp"
#include "bench/host_timing.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr auto k_timeout = std::chrono::seconds(10);
constexpr auto k_ruler = std::chrono::seconds(1);  // between the two readings that are compared
constexpr int k_readings = 50;                     // of which the quickest counts
constexpr double k_most_ppm = 200;
constexpr std::size_t k_load = std::size_t{64} << 20U;

__global__ void tell_time(std::uint64_t* ns) {
  *ns = device_ns();
}

struct Reading {
  double host_ns = 0, card_ns = 0;
};

/// Both clocks at the same moment: of many tries the one that the host waited for least.
Result<Reading> read_clocks(const Stream& stream, PinnedBuffer<std::uint64_t>& word) {
  Reading best;
  auto least = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < k_readings; ++i) {
    const auto before = now_ns();
    tell_time<<<1, 1, 0, stream.get()>>>(word.data());
    GPUPASS_TRY(launched("a look at the card's clock"));
    GPUPASS_TRY(stream.wait(k_timeout));
    const auto after = now_ns();
    if (after - before >= least) continue;
    least = after - before;
    best = {static_cast<double>(before) + static_cast<double>(least) / 2, static_cast<double>(*word.data())};
  }
  return best;
}

/// How far the host's clock runs from the card's, in parts per million. The card is the same on a host and in
/// a guest, so of two clocks that differ it is the guest's that is wrong.
Result<double> clock_difference() {
  GPUPASS_TRY_ASSIGN(const auto stream, Stream::make());
  GPUPASS_TRY_ASSIGN(auto word, PinnedBuffer<std::uint64_t>::make(1));
  GPUPASS_TRY_ASSIGN(const auto first, read_clocks(stream, word));
  std::this_thread::sleep_for(k_ruler);
  GPUPASS_TRY_ASSIGN(const auto last, read_clocks(stream, word));
  return std::abs((last.host_ns - first.host_ns) / (last.card_ns - first.card_ns) - 1) * 1e6;
}

/// The link while something moves over it: an idle link may be slower to save power.
Result<std::optional<CardState>> state_under_load(const std::string& uuid) {
  GPUPASS_TRY_ASSIGN(const auto stream, Stream::make());
  GPUPASS_TRY_ASSIGN(auto host, PinnedBuffer<unsigned char>::make(k_load));
  GPUPASS_TRY_ASSIGN(auto device, DeviceBuffer<unsigned char>::make(k_load));
  for (int i = 0; i < 200; ++i) {  // a quarter of a second over a fast link
    GPUPASS_TRY(ok(cudaMemcpyAsync(device.data(), host.data(), k_load, cudaMemcpyHostToDevice, stream.get()),
                   "cudaMemcpyAsync"));
  }
  auto state = card_state(uuid);
  GPUPASS_TRY(stream.wait(k_timeout));
  return state;
}

Gate unknown(std::string name, double limit, std::string reason) {
  return {std::move(name), std::nullopt, limit, false, std::move(reason)};
}

Gate at_most(std::string name, double value, double limit, std::string reason) {
  const bool pass = value <= limit;
  return {std::move(name), value, limit, pass, pass ? "" : std::move(reason)};
}

Gate clock_ruler() {
  const auto ppm = clock_difference();
  if (!ppm) return unknown("clock_ruler_ppm", k_most_ppm, describe(ppm.error()));
  return at_most("clock_ruler_ppm", *ppm, k_most_ppm, "the clocks of this machine and of the card differ");
}

void add_state(std::vector<Gate>& gates, const CardState& state) {
  if (state.link_now && state.link_max) {
    gates.push_back(at_most("link_lanes_missing", state.link_max->width - state.link_now->width, 0,
                            "the link has fewer lanes than it could"));
    gates.push_back(at_most("link_generations_missing",
                            state.link_max->generation - state.link_now->generation, 0,
                            "the link is slower than it could be, also under load"));
  }
  if (state.processes) {
    gates.push_back(at_most("other_processes", std::max(0, *state.processes - 1), 0,
                            "other programs compute on the card"));
  }
  if (state.mig)
    gates.push_back(at_most("mig", *state.mig ? 1 : 0, 0, "only a part of the card was measured"));
  if (state.throttle) {
    const auto bad = *state.throttle & ~(k_throttle_idle | k_throttle_power_cap);
    gates.push_back(at_most("throttle_reasons", static_cast<double>(bad), 0,
                            "the card reduces its clocks, and not because of its power limit"));
  }
}

}  // namespace

std::vector<Gate> gates(int device) {
  const auto found = card(device);
  if (!found || cudaSetDevice(device) != cudaSuccess) return {};
  std::vector<Gate> gates{clock_ruler()};
  const auto state = state_under_load(found->uuid);
  if (state && *state) {
    add_state(gates, **state);
  } else {
    gates.push_back(unknown("link_lanes_missing", 0,
                            state ? "NVML is not available: libnvidia-ml.so.1" : describe(state.error())));
  }
  return gates;
}

}  // namespace gpupass::bench::cuda
