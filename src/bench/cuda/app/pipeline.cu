// SPDX-License-Identifier: GPL-2.0-or-later
// Frames to the card, through a stencil and back, on four streams: both directions of the link and the
// multiprocessors at the same time, as in programs that stream data through a card.
#include <array>

#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

using Cell = std::uint32_t;

constexpr unsigned k_side = 1024;  // of a frame, in cells: a power of two
constexpr std::size_t k_frame = std::size_t{k_side} * k_side;
constexpr unsigned k_block = 256;
constexpr std::size_t k_lanes = 4;  // with two, each direction of the link waits for the other's kernel

/// The four neighbours and four times the cell itself, modulo 2³²; a frame's edges meet.
__host__ __device__ Cell blurred(const Cell* frame, unsigned cell) {
  const unsigned x = cell % k_side, y = cell / k_side;
  const auto at = [&](unsigned column, unsigned line) {
    return frame[line % k_side * k_side + column % k_side];
  };
  return 4 * at(x, y) + at(x + k_side - 1, y) + at(x + 1, y) + at(x, y + k_side - 1) + at(x, y + 1);
}

__global__ void __launch_bounds__(k_block) blur(const Cell* in, Cell* out) {
  const unsigned cell = blockIdx.x * k_block + threadIdx.x;
  out[cell] = blurred(in, cell);
}

/// A stream with the frame that is on the card for it.
struct Lane {
  Stream stream;
  DeviceBuffer<Cell> in, out;

  [[nodiscard]] static Result<Lane> make() {
    GPUPASS_TRY_ASSIGN(auto stream, Stream::make());
    GPUPASS_TRY_ASSIGN(auto in, DeviceBuffer<Cell>::make(k_frame));
    GPUPASS_TRY_ASSIGN(auto out, DeviceBuffer<Cell>::make(k_frame));
    return Lane{std::move(stream), std::move(in), std::move(out)};
  }

  [[nodiscard]] Result<> pass(const Cell* from, Cell* to) {
    constexpr std::size_t k_bytes = k_frame * sizeof(Cell);
    GPUPASS_TRY(ok(cudaMemcpyAsync(in.data(), from, k_bytes, cudaMemcpyHostToDevice, stream.get()),
                   "cudaMemcpyAsync to the card"));
    blur<<<k_frame / k_block, k_block, 0, stream.get()>>>(in.data(), out.data());
    GPUPASS_TRY(launched("blur"));
    return ok(cudaMemcpyAsync(to, out.data(), k_bytes, cudaMemcpyDeviceToHost, stream.get()),
              "cudaMemcpyAsync to the host");
  }
};

/// What goes in and what comes out pass the link in opposite directions, so it can be twice its rate.
std::optional<Ceiling> both_directions(const Card& card) {
  auto ceiling = link_rate(card);
  if (!ceiling) return {};
  return Ceiling{2 * ceiling->value, "2 × (" + ceiling->formula + ")"};
}

}  // namespace

Result<> pipeline(const Case& row, Context& context) {
  GPUPASS_TRY_ASSIGN(const Card card, select(context));
  const std::size_t frames = context.settings().quick ? 16 : 64;
  GPUPASS_TRY_ASSIGN(auto in, PinnedBuffer<Cell>::make(frames * k_frame));
  GPUPASS_TRY_ASSIGN(auto out, PinnedBuffer<Cell>::make(frames * k_frame));
  fill_pattern_on_host(in.data(), in.bytes(), context.settings().seed);
  poison_on_host(out.data(), out.bytes());
  std::vector<Lane> lanes;
  for (std::size_t i = 0; i < k_lanes; ++i) {
    GPUPASS_TRY_ASSIGN(auto lane, Lane::make());
    lanes.push_back(std::move(lane));
  }

  auto measurement = measurement_of(row, {{"bytes", static_cast<std::int64_t>(in.bytes())}});
  measurement.ceiling = both_directions(card);
  const auto amount = static_cast<double>(in.bytes() + out.bytes());
  const auto pass_all = [&]() -> Result<> {
    for (std::size_t frame = 0; frame < frames; ++frame) {
      auto& lane = lanes[frame % k_lanes];
      GPUPASS_TRY(lane.pass(in.data() + frame * k_frame, out.data() + frame * k_frame));
    }
    for (const auto& lane : lanes) GPUPASS_TRY(lane.stream.wait(context.settings().timeout));
    return {};
  };
  GPUPASS_TRY(sample_on_host(context, measurement, amount, pass_all));

  Comparison comparison(row.check);
  for (std::size_t frame = 0; frame < frames; ++frame) {
    for (unsigned cell = 0; cell < k_frame; ++cell) {
      const std::size_t i = frame * k_frame + cell;
      comparison.equal("cell", i, out.data()[i], blurred(in.data() + frame * k_frame, cell));
    }
  }
  judge(measurement, comparison.check());
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda::app
