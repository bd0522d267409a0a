// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/app/graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace gpupass::bench::cuda::app {
namespace {

TEST(Graph, DistancesInAGridAreStepsAcrossAndDown) {
  constexpr Vertex k_side = 9;
  const auto graph = grid(k_side);
  const auto distance = distances(graph, 0);
  ASSERT_EQ(distance.size(), k_side * k_side);
  for (Vertex v = 0; v < distance.size(); ++v) EXPECT_EQ(distance[v], v % k_side + v / k_side) << v;
  EXPECT_EQ(edges_reached(graph, distance), 4 * k_side * (k_side - 1));
}

TEST(Graph, WhatNoEdgeLeadsToIsNotReached) {
  const Graph two_pairs{{0, 1, 2, 3, 4}, {1, 0, 3, 2}};
  const auto distance = distances(two_pairs, 0);
  EXPECT_EQ(distance, (std::vector<Vertex>{0, 1, k_unreached, k_unreached}));
  EXPECT_EQ(edges_reached(two_pairs, distance), 2U);
}

TEST(Graph, SkewedHasEveryEdgeInBothDirectionsAndFewVerticesWithMany) {
  constexpr int k_scale = 10;
  const auto graph = skewed(k_scale, 16, 7);
  ASSERT_EQ(graph.vertices(), 1U << k_scale);
  EXPECT_EQ(graph.to.size(), 2U * 16 << k_scale);
  std::vector<std::pair<Vertex, Vertex>> forward, backward;
  Vertex most = 0;
  for (Vertex v = 0; v < graph.vertices(); ++v) {
    most = std::max(most, graph.degree(v));
    for (Vertex edge = graph.first[v]; edge < graph.first[v + 1]; ++edge) {
      forward.emplace_back(v, graph.to[edge]);
      backward.emplace_back(graph.to[edge], v);
    }
  }
  std::ranges::sort(forward);
  std::ranges::sort(backward);
  EXPECT_EQ(forward, backward);
  EXPECT_GT(most, 10 * 32U) << "32 on average";
}

TEST(Graph, TheSeedDecides) {
  EXPECT_EQ(skewed(8, 4, 1).to, skewed(8, 4, 1).to);
  EXPECT_NE(skewed(8, 4, 1).to, skewed(8, 4, 2).to);
}

}  // namespace
}  // namespace gpupass::bench::cuda::app
