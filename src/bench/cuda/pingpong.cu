// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel and a processor that answer each other through two words of the host's memory: PCIe and the
// IOMMU, with no driver and no interrupt in the path.
#include <atomic>
#include <thread>

#include "bench/cuda/cases.hpp"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda {
namespace {

using std::chrono::nanoseconds;

/// One writer each, and a cache line each.
struct Words {
  alignas(128) std::uint64_t ping;   // the host's: the round that it asks for; k_stop: no more
  alignas(128) std::uint64_t pong;   // the card's: the last round that it answered
  alignas(128) std::uint64_t wrong;  // the card's: words that followed no order
};
constexpr std::uint64_t k_stop = ~std::uint64_t{0};

/// Answers rounds 1, 2, 3 … until it is stopped, or nothing has come for that long.
__global__ void answer(volatile Words* words, std::uint64_t timeout_ns) {
  std::uint64_t round = 0;
  auto last = device_ns();
  while (true) {
    const std::uint64_t asked = words->ping;
    if (asked == k_stop) return;
    if (asked == round) {
      if (device_ns() - last > timeout_ns) return;
      continue;
    }
    if (asked != round + 1) words->wrong = words->wrong + 1;
    round = asked;
    last = device_ns();
    words->pong = round;
  }
}

class Game {
 public:
  static Result<Game> start(std::chrono::milliseconds timeout) {
    GPUPASS_TRY_ASSIGN(auto words, PinnedBuffer<Words>::make(1));
    *words.data() = {};
    GPUPASS_TRY_ASSIGN(auto stream, Stream::make());
    answer<<<1, 1, 0, stream.get()>>>(words.data(), nanoseconds(timeout).count());
    GPUPASS_TRY(launched("the kernel that answers"));
    return Game(std::move(words), std::move(stream), timeout);
  }

  Result<> play() {
    ++round_;
    std::atomic_ref(words_.data()->ping).store(round_, std::memory_order_release);
    const std::atomic_ref pong(words_.data()->pong);
    std::uint64_t seen = 0;
    for (std::int64_t polls = 0; (seen = pong.load(std::memory_order_acquire)) == round_ - 1; ++polls) {
      if (polls > k_most_polls) return fail(ErrorKind::timeout, "the card does not answer");
    }
    if (seen != round_) ++wrong_;
    return {};
  }

  /// Ends the kernel, whatever happened before.
  Result<> stop() {
    std::atomic_ref(words_.data()->ping).store(k_stop, std::memory_order_release);
    return stream_.wait(timeout_);
  }

  [[nodiscard]] Check check() const {
    Check check{"sequence numbers without a gap, on both sides", static_cast<std::int64_t>(round_), 0, {}};
    check.errors = static_cast<std::int64_t>(wrong_ + words_.data()->wrong);
    if (check.errors != 0) check.first_error = "an answer out of order";
    return check;
  }

 private:
  // A poll of memory in cache is a nanosecond or less, so this is seconds.
  static constexpr std::int64_t k_most_polls = 10'000'000'000;

  Game(PinnedBuffer<Words> words, Stream stream, std::chrono::milliseconds timeout)
      : words_(std::move(words)), stream_(std::move(stream)), timeout_(timeout) {}

  PinnedBuffer<Words> words_;
  Stream stream_;
  std::chrono::milliseconds timeout_;
  std::uint64_t round_ = 0;
  std::uint64_t wrong_ = 0;
};

}  // namespace

Result<> pcie_pingpong(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  GPUPASS_TRY_ASSIGN(auto game, Game::start(context.settings().timeout));
  auto measurement = measurement_of(row);
  const auto sampled = sample_on_host(
      context, measurement, 1, [&] { return game.play(); }, k_tail);
  GPUPASS_TRY(game.stop());
  GPUPASS_TRY(sampled);
  judge(measurement, game.check());
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda
