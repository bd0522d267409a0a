// SPDX-License-Identifier: GPL-2.0-or-later
// From card to card: the copies, by whom and in which direction, and the latency of one read. For every other
// card that CUDA sees; not measured where the two cannot reach each other without the host in between.
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "bench/cuda/cases.hpp"
#include "bench/cuda/chase.cuh"
#include "bench/cuda/copy.hpp"
#include "gpupass/core/quantity.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr std::size_t k_mib = std::size_t{1} << 20U;
constexpr std::size_t k_copied = 256 * k_mib, k_copied_quick = 64 * k_mib, k_chased = 64 * k_mib;

Result<> make_current(int ordinal) {
  return ok(cudaSetDevice(ordinal), "cudaSetDevice " + std::to_string(ordinal));
}

/// Buffers on both cards; the selected one stays the current card.
struct Pair {
  int here, there;
  DeviceBuffer<unsigned char> near, far;

  static Result<Pair> make(int here, int there, std::size_t bytes) {
    GPUPASS_TRY(make_current(there));
    auto far = DeviceBuffer<unsigned char>::make(bytes);
    GPUPASS_TRY(make_current(here));
    if (!far) return Failure(std::move(far).error());
    GPUPASS_TRY_ASSIGN(auto near, DeviceBuffer<unsigned char>::make(bytes));
    return Pair{here, there, std::move(near), std::move(*far)};
  }

  /// Runs it with the other card as the current one.
  template <class Work>
  auto over_there(Work work) const -> decltype(work()) {
    GPUPASS_TRY(make_current(there));
    auto end = work();
    GPUPASS_TRY(make_current(here));
    return end;
  }
};

/// While it lives, kernels and engines of one card reach the memory of the other.
class Reach {
 public:
  static Result<Reach> make(int here, int there) {
    int can = 0;
    GPUPASS_TRY(ok(cudaDeviceCanAccessPeer(&can, here, there), "cudaDeviceCanAccessPeer"));
    if (can == 0) {
      return fail(
          ErrorKind::unsupported,
          "card " + std::to_string(here) + " cannot reach card " + std::to_string(there) + " directly",
          "in a guest the cards need a common clique, or ACS between them that lets peers through");
    }
    GPUPASS_TRY(ok(cudaDeviceEnablePeerAccess(there, 0), "cudaDeviceEnablePeerAccess"));
    return Reach(there);
  }

  Reach(Reach&& other) noexcept : there_(std::exchange(other.there_, k_none)) {}
  Reach(const Reach&) = delete;
  Reach& operator=(const Reach&) = delete;
  Reach& operator=(Reach&&) = delete;
  ~Reach() {
    if (there_ != k_none) cudaDeviceDisablePeerAccess(there_);
  }

 private:
  static constexpr int k_none = -1;
  explicit Reach(int there) : there_(there) {}
  int there_;
};

struct Way {
  const char* direction;  // as this card sees it
  const char* by;
  bool read, engine;
};
constexpr std::array k_ways = {
    Way{"write", "copy engine", false, true},
    Way{"read", "copy engine", true, true},
    Way{"write", "multiprocessors", false, false},
    Way{"read", "multiprocessors", true, false},
};

/// The stream is this card's in both directions, so it is this card that reads or writes.
Result<> copy_way(const Case& row, Context& context, Pair& pair, const Way& way, std::size_t bytes) {
  const auto& settings = context.settings();
  auto measurement = measurement_of(row, {{"peer", pair.there},
                                          {"direction", way.direction},
                                          {"by", way.by},
                                          {"bytes", static_cast<std::int64_t>(bytes)}});
  const auto seed = settings.seed + static_cast<std::uint64_t>(&way - k_ways.data());
  auto* const from = way.read ? pair.far.data() : pair.near.data();
  auto* const to = way.read ? pair.near.data() : pair.far.data();
  const auto prepare_far = [&] { return way.read ? fill_pattern(from, bytes, seed) : poison(to, bytes); };
  GPUPASS_TRY(way.read ? poison(to, bytes) : fill_pattern(from, bytes, seed));
  GPUPASS_TRY(pair.over_there(prepare_far));
  const auto copy = [&](cudaStream_t stream) {
    if (!way.engine) return copy_by_sm(to, from, bytes, stream);
    return ok(way.read ? cudaMemcpyPeerAsync(to, pair.here, from, pair.there, bytes, stream)
                       : cudaMemcpyPeerAsync(to, pair.there, from, pair.here, bytes, stream),
              "cudaMemcpyPeerAsync " + core::size_text(bytes));
  };
  GPUPASS_TRY(sample_on_device(context, measurement, static_cast<double>(bytes), copy));
  // Each card looks at its own memory: one that reads back where it wrote would see nothing wrong.
  const auto look = [&] { return check_pattern(to, bytes, seed); };
  auto check = way.read ? look() : pair.over_there(look);
  GPUPASS_TRY(check);
  judge(measurement, std::move(*check));
  context.record(std::move(measurement));
  return {};
}

Result<> chase_there(const Case& row, Context& context, Pair& pair) {
  const auto& settings = context.settings();
  auto measurement =
      measurement_of(row, {{"peer", pair.there}, {"bytes", static_cast<std::int64_t>(k_chased)}});
  std::vector<unsigned char> ring(k_chased);
  const auto first = lay_ring(k_chased, settings.seed, [&](std::size_t at, std::size_t next) {
    const std::uint64_t word = next;
    std::memcpy(ring.data() + at, &word, sizeof word);
  });
  GPUPASS_TRY(
      ok(cudaMemcpy(pair.far.data(), ring.data(), ring.size(), cudaMemcpyHostToDevice), "cudaMemcpy"));
  GPUPASS_TRY(sample_chase(context, measurement, pair.far.data(), first));
  GPUPASS_TRY_ASSIGN(auto check, check_ring(pair.far.data(), first, k_chased / k_page, settings.timeout));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

/// Calls `measure` with each other card; a card out of reach is waived by itself.
Result<> with_each_peer(const Case& row, Context& context, std::size_t bytes,
                        const std::function<Result<>(Pair&)>& measure) {
  GPUPASS_TRY_ASSIGN(const auto card, select(context));
  for (int there = 0; there < card_count(); ++there) {
    if (there == card.ordinal) continue;
    const auto reached = Reach::make(card.ordinal, there);
    if (!reached) {
      auto waived = measurement_of(row, {{"peer", there}});
      waived.status = Status::waived;
      waived.reason = reached.error().what + "; " + reached.error().hint;
      context.record(std::move(waived));
      continue;
    }
    GPUPASS_TRY_ASSIGN(auto pair, Pair::make(card.ordinal, there, bytes));
    GPUPASS_TRY(measure(pair));
  }
  return {};
}

}  // namespace

Result<> p2p_copy(const Case& row, Context& context) {
  const auto bytes = context.settings().quick ? k_copied_quick : k_copied;
  return with_each_peer(row, context, bytes, [&](Pair& pair) -> Result<> {
    for (const auto& way : k_ways) GPUPASS_TRY(copy_way(row, context, pair, way, bytes));
    return {};
  });
}

Result<> p2p_latency(const Case& row, Context& context) {
  return with_each_peer(row, context, k_chased, [&](Pair& pair) { return chase_there(row, context, pair); });
}

}  // namespace gpupass::bench::cuda
