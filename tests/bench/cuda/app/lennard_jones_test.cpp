// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/app/lennard_jones.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace gpupass::bench::cuda::app {
namespace {

double potential(double r) {
  return 4 * (std::pow(r, -12) - std::pow(r, -6));
}

TEST(LennardJones, TheForceIsThePotentialsSlope) {
  constexpr double k_step = 1e-6;
  for (const double r : {0.95, 1.1, 1.5, 2.4}) {
    const auto result = forces({{1, 1, 1}, {1 + r, 1, 1}}, 20);
    const double slope = (potential(r + k_step) - potential(r - k_step)) / (2 * k_step);
    EXPECT_NEAR(result.force[1].x, -slope, 1e-6 * (1 + std::abs(slope))) << r;
    EXPECT_EQ(result.force[0].x, -result.force[1].x);
    EXPECT_EQ(result.force[0].y, 0);
    EXPECT_DOUBLE_EQ(result.magnitude[0], std::abs(result.force[0].x));
  }
}

TEST(LennardJones, ReachesThroughTheFacesOfTheBoxButNotBeyondTheCutoff) {
  const auto near = forces({{0.5, 5, 5}, {19.3, 5, 5}}, 20);
  EXPECT_NE(near.force[0].x, 0);
  EXPECT_EQ(forces({{0.5, 5, 5}, {3.1, 5, 5}}, 20).force[0].x, 0);
}

TEST(LennardJones, CellsFindWhatAllPairsFind) {
  std::mt19937_64 random(3);
  auto atoms = lattice(5, 3);  // 8.4 across: three cells an edge
  std::uniform_real_distribution<double> shift(-0.1, 0.1);
  for (auto& p : atoms.position) p = {p.x + shift(random), p.y + shift(random), p.z + shift(random)};
  const auto found = forces(atoms.position, atoms.side);
  for (std::size_t i = 0; i < atoms.position.size(); ++i) {
    double x = 0;
    for (std::size_t j = 0; j < atoms.position.size(); ++j) {
      if (i == j) continue;
      const auto apart = [&](double a, double b) {
        return a - b - atoms.side * std::rint((a - b) / atoms.side);
      };
      const auto &p = atoms.position[i], &q = atoms.position[j];
      const double dx = apart(p.x, q.x), dy = apart(p.y, q.y), dz = apart(p.z, q.z);
      const double r = std::sqrt(dx * dx + dy * dy + dz * dz);
      if (r < k_cutoff) x += (48 * std::pow(r, -14) - 24 * std::pow(r, -8)) * dx;
    }
    EXPECT_NEAR(found.force[i].x, x, 1e-11 * found.magnitude[i]) << i;
  }
}

TEST(LennardJones, TheLatticeHasItsDensityAndStandsStill) {
  const auto atoms = lattice(6, 11);
  ASSERT_EQ(atoms.position.size(), 4U * 6 * 6 * 6);
  EXPECT_NEAR(static_cast<double>(atoms.position.size()) / std::pow(atoms.side, 3), 0.8442, 1e-12);
  double x = 0, square = 0;
  for (const auto& v : atoms.velocity) x += v.x, square += v.x * v.x + v.y * v.y + v.z * v.z;
  EXPECT_NEAR(x, 0, 1e-10);
  EXPECT_NEAR(square / 3 / static_cast<double>(atoms.velocity.size()), 1.44, 0.1);
}

}  // namespace
}  // namespace gpupass::bench::cuda::app
