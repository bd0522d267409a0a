// SPDX-License-Identifier: GPL-2.0-or-later
// Graphs to search, and the search by the processor. No CUDA here.
#pragma once

#include <cstdint>
#include <vector>

namespace gpupass::bench::cuda::app {

using Vertex = std::uint32_t;

constexpr Vertex k_unreached = ~Vertex{0};

/// Edges by their first vertex: those of v are to[first[v]] … to[first[v + 1] − 1]. Each edge is there in
/// both directions.
struct Graph {
  std::vector<Vertex> first;  // one more than there are vertices
  std::vector<Vertex> to;
  [[nodiscard]] std::size_t vertices() const { return first.size() - 1; }
  [[nodiscard]] Vertex degree(std::size_t v) const { return first[v + 1] - first[v]; }
};

/// side × side vertices, each with its neighbours in four directions: 2·side − 1 levels from a corner.
[[nodiscard]] Graph grid(Vertex side);

/// 2^scale vertices and 2^scale · edges_per_vertex edges at random, most of them between few vertices (R-MAT
/// with the shares 57, 19, 19 and 5 %): few levels, and wide ones.
[[nodiscard]] Graph skewed(int scale, Vertex edges_per_vertex, std::uint64_t seed);

/// Steps from the source to each vertex, or k_unreached.
[[nodiscard]] std::vector<Vertex> distances(const Graph& graph, Vertex source);

/// Edges that a search from the source looks at: those of every vertex that was reached.
[[nodiscard]] std::uint64_t edges_reached(const Graph& graph, const std::vector<Vertex>& distances);

}  // namespace gpupass::bench::cuda::app
