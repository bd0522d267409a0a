// SPDX-License-Identifier: GPL-2.0-or-later
// What it costs to give the card work: by the launch, by the long queue, by the graph.
#include "bench/cuda/cases.hpp"
#include "bench/cuda/launches.cuh"

namespace gpupass::bench::cuda {
namespace {

using std::chrono::nanoseconds;

constexpr int k_batch = 32;            // fits any queue: no launch waits for room
constexpr int k_queue = 65536;         // does not: the card's pace is what is left
constexpr std::size_t k_nodes = 1000;  // of the graph, one after the other

constexpr SampleRule k_dispatch{5000, 500, nanoseconds(0)};
constexpr SampleRule k_throughput{11, 3, nanoseconds(0)};
constexpr SampleRule k_graph{1000, 50, nanoseconds(0)};

class Graph {
 public:
  /// What `record` queues on the stream.
  static Result<Graph> capture(const Stream& stream, const std::function<void()>& record) {
    Graph graph;
    GPUPASS_TRY(
        ok(cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture"));
    record();
    GPUPASS_TRY(ok(cudaStreamEndCapture(stream.get(), &graph.graph_), "cudaStreamEndCapture"));
    GPUPASS_TRY(ok(cudaGraphInstantiate(&graph.executable_, graph.graph_, 0), "cudaGraphInstantiate"));
    return graph;
  }
  Graph(Graph&& other) noexcept
      : graph_(std::exchange(other.graph_, nullptr)),
        executable_(std::exchange(other.executable_, nullptr)) {}
  Graph& operator=(Graph&&) = delete;
  ~Graph() {
    if (executable_ != nullptr) cudaGraphExecDestroy(executable_);
    if (graph_ != nullptr) cudaGraphDestroy(graph_);
  }

  [[nodiscard]] Result<> launch(const Stream& stream) const {
    return ok(cudaGraphLaunch(executable_, stream.get()), "cudaGraphLaunch");
  }
  [[nodiscard]] Result<std::size_t> nodes() const {
    std::size_t n = 0;
    GPUPASS_TRY(ok(cudaGraphGetNodes(graph_, nullptr, &n), "cudaGraphGetNodes"));
    return n;
  }

 private:
  Graph() = default;
  cudaGraph_t graph_ = nullptr;
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace

Result<> launch_dispatch(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  GPUPASS_TRY_ASSIGN(auto launches, Launches::make());
  const auto timeout = context.settings().timeout;
  auto measurement = measurement_of(row, {{"batch", k_batch}});
  const auto batch = [&]() -> Result<> {
    for (int i = 0; i < k_batch; ++i) launches.launch();
    return launched("a batch of kernels");
  };
  const auto drain = [&] { return launches.stream().wait(timeout); };
  GPUPASS_TRY(sample_on_host(context, measurement, k_batch, batch, k_dispatch, drain));
  GPUPASS_TRY(drain());
  GPUPASS_TRY(launches.judge_into(measurement));
  context.record(std::move(measurement));
  return {};
}

Result<> launch_throughput(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  GPUPASS_TRY_ASSIGN(auto launches, Launches::make());
  const auto timeout = context.settings().timeout;
  auto measurement = measurement_of(row, {{"launches", k_queue}});
  const auto queue = [&]() -> Result<> {
    for (int i = 0; i < k_queue; ++i) launches.launch();
    GPUPASS_TRY(launched("a queue of kernels"));
    return launches.stream().wait(timeout);
  };
  GPUPASS_TRY(sample_on_host(context, measurement, k_queue, queue, k_throughput));
  GPUPASS_TRY(launches.judge_into(measurement));
  context.record(std::move(measurement));
  return {};
}

Result<> launch_graph(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  GPUPASS_TRY_ASSIGN(auto launches, Launches::make());
  const auto timeout = context.settings().timeout;
  GPUPASS_TRY_ASSIGN(const auto graph, Graph::capture(launches.stream(), [&] {
                       for (std::size_t i = 0; i < k_nodes; ++i) launches.launch();
                     }));
  GPUPASS_TRY_ASSIGN(const auto nodes, graph.nodes());
  launches.expect(-static_cast<std::int64_t>(nodes));  // captured, not run
  auto measurement = measurement_of(row, {{"nodes", static_cast<std::int64_t>(nodes)}});
  const auto run = [&]() -> Result<> {
    GPUPASS_TRY(graph.launch(launches.stream()));
    launches.expect(static_cast<std::int64_t>(nodes));
    return launches.stream().wait(timeout);
  };
  GPUPASS_TRY(sample_on_host(context, measurement, static_cast<double>(nodes), run, k_graph));
  GPUPASS_TRY(launches.judge_into(measurement));
  context.record(std::move(measurement));
  return {};
}

}  // namespace gpupass::bench::cuda
