// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/app/graph.hpp"

#include <numeric>
#include <random>
#include <utility>

namespace gpupass::bench::cuda::app {
namespace {

using Edge = std::pair<Vertex, Vertex>;

Graph by_first_vertex(std::size_t vertices, const std::vector<Edge>& edges) {
  Graph graph;
  graph.first.assign(vertices + 1, 0);
  for (const auto& [a, b] : edges) {
    ++graph.first[a + 1];
    ++graph.first[b + 1];
  }
  std::partial_sum(graph.first.begin(), graph.first.end(), graph.first.begin());
  graph.to.resize(2 * edges.size());
  auto free = graph.first;
  for (const auto& [a, b] : edges) {
    graph.to[free[a]++] = b;
    graph.to[free[b]++] = a;
  }
  return graph;
}

/// One edge of 2^scale vertices: bit by bit, one quarter of what is left of the matrix.
Edge skewed_edge(int scale, std::mt19937_64& random) {
  constexpr unsigned k_a = 57, k_b = 19, k_c = 19, k_hundred = 100;
  Vertex row = 0, column = 0;
  std::uint64_t bits = 0;
  for (int level = 0; level < scale; ++level) {
    if (level % 4 == 0) bits = random();
    const auto share = static_cast<unsigned>((bits & 0xFFFF) * k_hundred >> 16);
    bits >>= 16;
    row = 2 * row + (share >= k_a + k_b ? 1 : 0);
    column = 2 * column + ((share >= k_a && share < k_a + k_b) || share >= k_a + k_b + k_c ? 1 : 0);
  }
  return {row, column};
}

}  // namespace

Graph grid(Vertex side) {
  std::vector<Edge> edges;
  edges.reserve(std::size_t{2} * side * side);
  for (Vertex y = 0; y < side; ++y) {
    for (Vertex x = 0; x < side; ++x) {
      const Vertex v = y * side + x;
      if (x + 1 < side) edges.emplace_back(v, v + 1);
      if (y + 1 < side) edges.emplace_back(v, v + side);
    }
  }
  return by_first_vertex(std::size_t{side} * side, edges);
}

Graph skewed(int scale, Vertex edges_per_vertex, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Edge> edges((std::size_t{1} << scale) * edges_per_vertex);
  for (auto& edge : edges) edge = skewed_edge(scale, random);
  return by_first_vertex(std::size_t{1} << scale, edges);
}

std::vector<Vertex> distances(const Graph& graph, Vertex source) {
  std::vector<Vertex> distance(graph.vertices(), k_unreached);
  std::vector<Vertex> queue{source};
  distance[source] = 0;
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const Vertex v = queue[head];
    for (Vertex edge = graph.first[v]; edge < graph.first[v + 1]; ++edge) {
      const Vertex u = graph.to[edge];
      if (distance[u] != k_unreached) continue;
      distance[u] = distance[v] + 1;
      queue.push_back(u);
    }
  }
  return distance;
}

std::uint64_t edges_reached(const Graph& graph, const std::vector<Vertex>& distances) {
  std::uint64_t edges = 0;
  for (std::size_t v = 0; v < distances.size(); ++v) {
    if (distances[v] != k_unreached) edges += graph.degree(v);
  }
  return edges;
}

}  // namespace gpupass::bench::cuda::app
