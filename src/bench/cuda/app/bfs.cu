// SPDX-License-Identifier: GPL-2.0-or-later
// Breadth-first search level by level, as in applications that ask the card after every step whether there is
// another one: a launch, 4 bytes to the host and a wait for each level.
#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/app/graph.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

constexpr unsigned k_block = 256;
constexpr unsigned k_warp = 32;
constexpr unsigned k_most_blocks = 4096;

__global__ void start(Vertex source, Vertex* distance, Vertex* frontier) {
  distance[source] = 0;
  frontier[0] = source;
}

/// A warp looks at the edges of one vertex of the frontier, and puts whom it reaches first into the next one.
__global__ void __launch_bounds__(k_block)
    expand(const Vertex* first, const Vertex* to, const Vertex* frontier, Vertex count, Vertex level,
           Vertex* distance, Vertex* next, Vertex* next_count) {
  const unsigned warps = gridDim.x * (k_block / k_warp);
  for (unsigned i = (blockIdx.x * k_block + threadIdx.x) / k_warp; i < count; i += warps) {
    const Vertex v = frontier[i];
    for (Vertex edge = first[v] + threadIdx.x % k_warp; edge < first[v + 1]; edge += k_warp) {
      const Vertex u = to[edge];
      if (distance[u] != k_unreached || atomicCAS(distance + u, k_unreached, level) != k_unreached) continue;
      next[atomicAdd(next_count, 1)] = u;
    }
  }
}

/// A graph on the card, and what a search of it needs.
class Search {
 public:
  [[nodiscard]] static Result<Search> make(const Graph& graph) {
    GPUPASS_TRY_ASSIGN(auto first, uploaded(graph.first));
    GPUPASS_TRY_ASSIGN(auto to, uploaded(graph.to));
    GPUPASS_TRY_ASSIGN(auto distance, DeviceBuffer<Vertex>::make(graph.vertices()));
    GPUPASS_TRY_ASSIGN(auto frontier, DeviceBuffer<Vertex>::make(graph.vertices()));
    GPUPASS_TRY_ASSIGN(auto next, DeviceBuffer<Vertex>::make(graph.vertices()));
    GPUPASS_TRY_ASSIGN(auto next_count, DeviceBuffer<Vertex>::make(1));
    GPUPASS_TRY_ASSIGN(auto count, PinnedBuffer<Vertex>::make(1));
    GPUPASS_TRY_ASSIGN(auto stream, Stream::make());
    GPUPASS_TRY(poison(distance.data(), distance.bytes()));
    return Search{std::move(first), std::move(to),         std::move(distance), std::move(frontier),
                  std::move(next),  std::move(next_count), std::move(count),    std::move(stream)};
  }

  [[nodiscard]] Result<> run(Vertex source, std::chrono::milliseconds timeout) {
    GPUPASS_TRY(
        ok(cudaMemsetAsync(distance_.data(), 0xFF, distance_.bytes(), stream_.get()), "cudaMemsetAsync"));
    start<<<1, 1, 0, stream_.get()>>>(source, distance_.data(), frontier_.data());
    GPUPASS_TRY(launched("start"));
    Vertex count = 1;
    for (Vertex level = 1; count != 0; ++level) {
      const unsigned blocks = std::min(k_most_blocks, (count * k_warp + k_block - 1) / k_block);
      GPUPASS_TRY(
          ok(cudaMemsetAsync(next_count_.data(), 0, sizeof(Vertex), stream_.get()), "cudaMemsetAsync"));
      expand<<<blocks, k_block, 0, stream_.get()>>>(first_.data(), to_.data(), frontier_.data(), count, level,
                                                    distance_.data(), next_.data(), next_count_.data());
      GPUPASS_TRY(launched("expand"));
      GPUPASS_TRY(ok(cudaMemcpyAsync(count_.data(), next_count_.data(), sizeof(Vertex),
                                     cudaMemcpyDeviceToHost, stream_.get()),
                     "cudaMemcpyAsync"));
      GPUPASS_TRY(stream_.wait(timeout));
      count = *count_.data();
      std::swap(frontier_, next_);
    }
    return {};
  }

  [[nodiscard]] Result<std::vector<Vertex>> distances() const { return download(distance_); }

  DeviceBuffer<Vertex> first_, to_, distance_, frontier_, next_, next_count_;
  PinnedBuffer<Vertex> count_;
  Stream stream_;
};

Result<> measure(const Case& row, Context& context, const char* name, const Graph& graph) {
  constexpr Vertex k_source = 0;  // the grid's corner; of a skewed graph the vertex with most edges
  const auto expected = distances(graph, k_source);
  auto measurement = measurement_of(row, {{"graph", std::string(name)},
                                          {"vertices", static_cast<std::int64_t>(graph.vertices())},
                                          {"edges", static_cast<std::int64_t>(graph.to.size() / 2)}});
  GPUPASS_TRY_ASSIGN(auto search, Search::make(graph));
  const auto amount = static_cast<double>(edges_reached(graph, expected));
  GPUPASS_TRY(sample_on_host(context, measurement, amount,
                             [&] { return search.run(k_source, context.settings().timeout); }));
  GPUPASS_TRY_ASSIGN(const auto found, search.distances());
  Comparison comparison(row.check);
  for (std::size_t v = 0; v < found.size(); ++v) comparison.equal("distance of", v, found[v], expected[v]);
  judge(measurement, comparison.check());
  context.record(std::move(measurement));
  return {};
}

}  // namespace

Result<> bfs(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  const bool quick = context.settings().quick;
  GPUPASS_TRY(measure(row, context, "grid", grid(quick ? 128 : 1024)));
  return measure(row, context, "skewed", skewed(quick ? 14 : 20, 16, context.settings().seed));
}

}  // namespace gpupass::bench::cuda::app
