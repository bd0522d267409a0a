// SPDX-License-Identifier: GPL-2.0-or-later
// Copies between page-locked memory and the card: one way, by copy engine or by the multiprocessors, and
// both ways at once.
#include <algorithm>
#include <vector>

#include "bench/cuda/cases.hpp"
#include "bench/cuda/copy.hpp"
#include "gpupass/core/quantity.hpp"

namespace gpupass::bench::cuda {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t k_kib = std::size_t{1} << 10U, k_mib = k_kib << 10U, k_gib = k_mib << 10U;

// Of one turn in a sweep.
constexpr SampleRule k_small{50, 200, nanoseconds(0), milliseconds(5)};
constexpr SampleRule k_large{3, 5, milliseconds(2), milliseconds(20)};

enum class Direction { to_card, to_host };
enum class Engine { copy_engine, multiprocessors };

std::vector<std::size_t> sizes_of(const Settings& settings) {
  if (settings.quick) return {4, 64 * k_kib, k_mib, 64 * k_mib};
  std::vector<std::size_t> sizes;
  for (std::size_t bytes = 4; bytes <= k_gib; bytes *= 4) sizes.push_back(bytes);
  return sizes;
}

/// Host and card memory of one size, and the copies between them.
struct Memory {
  PinnedBuffer<unsigned char> host;
  DeviceBuffer<unsigned char> card;

  static Result<Memory> make(std::size_t bytes) {
    GPUPASS_TRY_ASSIGN(auto host, PinnedBuffer<unsigned char>::make(bytes));
    GPUPASS_TRY_ASSIGN(auto card, DeviceBuffer<unsigned char>::make(bytes));
    return Memory{std::move(host), std::move(card)};
  }

  [[nodiscard]] Result<> copy(Direction direction, Engine engine, std::size_t bytes, cudaStream_t stream) {
    const bool to_card = direction == Direction::to_card;
    void* const to = to_card ? card.data() : host.data();
    const void* const from = to_card ? host.data() : card.data();
    if (engine == Engine::multiprocessors) return copy_by_sm(to, from, bytes, stream);
    return ok(
        cudaMemcpyAsync(to, from, bytes, to_card ? cudaMemcpyHostToDevice : cudaMemcpyDeviceToHost, stream),
        "cudaMemcpyAsync " + core::size_text(bytes));
  }

  /// The source's whole pattern, and nothing of it at the destination.
  [[nodiscard]] Result<> prepare(Direction direction, std::size_t bytes, std::uint64_t seed) {
    if (direction == Direction::to_card) {
      fill_pattern_on_host(host.data(), bytes, seed);
      return poison(card.data(), bytes);
    }
    poison_on_host(host.data(), bytes);
    return fill_pattern(card.data(), bytes, seed);
  }

  [[nodiscard]] Result<Check> check(Direction direction, std::size_t bytes, std::uint64_t seed) const {
    if (direction == Direction::to_card) return check_pattern(card.data(), bytes, seed);
    return check_pattern_on_host(host.data(), bytes, seed);
  }
};

Result<> sample_copy(const Context& context, Measurement& measurement, std::size_t bytes,
                     const Enqueue& copy) {
  if (bytes > k_largest_small_copy) {
    return sample_on_device(context, measurement, static_cast<double>(bytes), copy, k_large);
  }
  GPUPASS_TRY_ASSIGN(const auto stream, Stream::make());
  const auto submit_to_done = [&]() -> Result<> {
    GPUPASS_TRY(copy(stream.get()));
    return stream.wait(context.settings().timeout);
  };
  return sample_on_host(context, measurement, 1, submit_to_done, k_small);
}

Result<> one_way(const Case& row, Context& context, Direction direction, Engine engine) {
  GPUPASS_TRY_ASSIGN(const auto card, select(context));
  const auto& settings = context.settings();
  const auto sizes = sizes_of(settings);
  GPUPASS_TRY_ASSIGN(auto memory, Memory::make(*std::max_element(sizes.begin(), sizes.end())));
  std::vector<Measurement> measurements;
  for (const auto bytes : sizes) measurements.push_back(measurement_of_copy(row, {}, bytes));

  return sweep(settings, sizes.size(), [&](const Turn& turn) -> Result<> {
    const auto bytes = sizes[turn.index];
    auto& measurement = measurements[turn.index];
    const auto copy = [&](cudaStream_t stream) { return memory.copy(direction, engine, bytes, stream); };
    // A pattern of this turn alone: what another has left would pass for it.
    const auto seed = settings.seed + bytes + measurement.samples_ns.size();
    if (turn.checked()) GPUPASS_TRY(memory.prepare(direction, bytes, seed));
    GPUPASS_TRY(sample_copy(context, measurement, bytes, copy));
    if (turn.checked()) {
      GPUPASS_TRY_ASSIGN(const auto check, memory.check(direction, bytes, seed));
      judge(measurement, together(measurement.check, check));
    }
    if (!turn.last) return {};
    if (bytes > k_largest_small_copy) measurement.ceiling = link_rate(card);
    context.record(std::move(measurement));
    return {};
  });
}

std::optional<Ceiling> both_ways(const Card& card) {
  auto ceiling = link_rate(card);
  if (ceiling) ceiling = Ceiling{2 * ceiling->value, "2 × " + ceiling->formula};
  return ceiling;
}

}  // namespace

Result<> h2d_pinned(const Case& row, Context& context) {
  return one_way(row, context, Direction::to_card, Engine::copy_engine);
}

Result<> h2d_pinned_sm(const Case& row, Context& context) {
  return one_way(row, context, Direction::to_card, Engine::multiprocessors);
}

Result<> d2h_pinned(const Case& row, Context& context) {
  return one_way(row, context, Direction::to_host, Engine::copy_engine);
}

Result<> d2h_pinned_sm(const Case& row, Context& context) {
  return one_way(row, context, Direction::to_host, Engine::multiprocessors);
}

Result<> bidir_pinned(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const auto card, select(context));
  const auto& settings = context.settings();
  const std::vector<std::size_t> sizes =
      settings.quick ? std::vector{64 * k_mib} : std::vector{16 * k_mib, 64 * k_mib, 256 * k_mib, k_gib};
  GPUPASS_TRY_ASSIGN(auto down, Memory::make(sizes.back()));
  GPUPASS_TRY_ASSIGN(auto up, Memory::make(sizes.back()));
  GPUPASS_TRY_ASSIGN(const auto other, Stream::make());
  GPUPASS_TRY_ASSIGN(const auto fork, Event::make());
  GPUPASS_TRY_ASSIGN(const auto join, Event::make());
  std::vector<Measurement> measurements;
  for (const auto bytes : sizes) {
    measurements.push_back(measurement_of(row, {{"bytes", static_cast<std::int64_t>(bytes)}}));
  }

  return sweep(settings, sizes.size(), [&](const Turn& turn) -> Result<> {
    const auto bytes = sizes[turn.index];
    auto& measurement = measurements[turn.index];
    const auto seed = settings.seed + bytes + measurement.samples_ns.size();
    if (turn.checked()) {
      GPUPASS_TRY(down.prepare(Direction::to_card, bytes, seed));
      GPUPASS_TRY(up.prepare(Direction::to_host, bytes, ~seed));
    }
    // Both start together, and the iteration is over when the slower one is.
    const auto copy_both = [&](cudaStream_t stream) -> Result<> {
      GPUPASS_TRY(ok(cudaEventRecord(fork.get(), stream), "cudaEventRecord"));
      GPUPASS_TRY(ok(cudaStreamWaitEvent(other.get(), fork.get(), 0), "cudaStreamWaitEvent"));
      GPUPASS_TRY(down.copy(Direction::to_card, Engine::copy_engine, bytes, stream));
      GPUPASS_TRY(up.copy(Direction::to_host, Engine::copy_engine, bytes, other.get()));
      GPUPASS_TRY(ok(cudaEventRecord(join.get(), other.get()), "cudaEventRecord"));
      return ok(cudaStreamWaitEvent(stream, join.get(), 0), "cudaStreamWaitEvent");
    };
    GPUPASS_TRY(sample_on_device(context, measurement, 2.0 * static_cast<double>(bytes), copy_both, k_large));
    if (turn.checked()) {
      GPUPASS_TRY_ASSIGN(const auto check_down, down.check(Direction::to_card, bytes, seed));
      GPUPASS_TRY_ASSIGN(const auto check_up, up.check(Direction::to_host, bytes, ~seed));
      judge(measurement, together(together(measurement.check, check_down), check_up));
    }
    if (!turn.last) return {};
    measurement.ceiling = both_ways(card);
    context.record(std::move(measurement));
    return {};
  });
}

}  // namespace gpupass::bench::cuda
