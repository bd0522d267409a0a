// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/app/lennard_jones.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace gpupass::bench::cuda::app {
namespace {

constexpr double k_density = 0.8442;
constexpr double k_temperature = 1.44;

Vector3 sum_of(const std::vector<Vector3>& vectors) {
  Vector3 sum{0, 0, 0};
  for (const auto& v : vectors) sum = {sum.x + v.x, sum.y + v.y, sum.z + v.z};
  return sum;
}

/// To the nearest of the images of the other atom.
double nearest(double distance, double side) {
  return distance - side * std::rint(distance / side);
}

/// Which atoms are in which of edge³ cells at least as wide as the cutoff.
class Cells {
 public:
  Cells(const std::vector<Vector3>& position, double side)
      : edge_(std::max(1, static_cast<int>(side / k_cutoff))),
        side_(side),
        atoms_(static_cast<std::size_t>(edge_ * edge_ * edge_)) {
    for (std::size_t i = 0; i < position.size(); ++i) {
      const auto& p = position[i];
      atoms_[index(along(p.x), along(p.y), along(p.z))].push_back(i);
    }
  }

  /// Calls visit(atom) for each atom in the 27 cells around a position; all there are in a small box.
  template <class Visit>
  void around(const Vector3& p, Visit visit) const {
    const int reach = edge_ >= 3 ? 1 : 0;
    const int x = along(p.x), y = along(p.y), z = along(p.z);
    if (reach == 0) {
      for (const auto& cell : atoms_) std::ranges::for_each(cell, visit);
      return;
    }
    for (int dz = -1; dz <= 1; ++dz) {
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) std::ranges::for_each(atoms_[index(x + dx, y + dy, z + dz)], visit);
      }
    }
  }

 private:
  [[nodiscard]] int along(double coordinate) const {
    const double fraction = coordinate / side_ - std::floor(coordinate / side_);
    return std::min(edge_ - 1, static_cast<int>(fraction * edge_));
  }
  [[nodiscard]] std::size_t index(int x, int y, int z) const {
    const auto wrapped = [this](int i) { return (i + edge_) % edge_; };
    return static_cast<std::size_t>((wrapped(z) * edge_ + wrapped(y)) * edge_ + wrapped(x));
  }

  int edge_;
  double side_;
  std::vector<std::vector<std::size_t>> atoms_;
};

}  // namespace

Atoms lattice(int cells, std::uint64_t seed) {
  constexpr std::array<Vector3, 4> k_places{{{0, 0, 0}, {0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}}};
  const double spacing = std::cbrt(4 / k_density);
  std::mt19937_64 random(seed);
  std::normal_distribution<double> component(0, std::sqrt(k_temperature));
  Atoms atoms;
  atoms.side = spacing * cells;
  for (int z = 0; z < cells; ++z) {
    for (int y = 0; y < cells; ++y) {
      for (int x = 0; x < cells; ++x) {
        for (const auto& place : k_places) {
          atoms.position.push_back(
              {spacing * (x + place.x), spacing * (y + place.y), spacing * (z + place.z)});
          atoms.velocity.push_back({component(random), component(random), component(random)});
        }
      }
    }
  }
  const auto total = sum_of(atoms.velocity);
  const auto n = static_cast<double>(atoms.velocity.size());
  for (auto& v : atoms.velocity) v = {v.x - total.x / n, v.y - total.y / n, v.z - total.z / n};
  return atoms;
}

Forces forces(const std::vector<Vector3>& position, double side) {
  const Cells cells(position, side);
  Forces result;
  result.force.assign(position.size(), {0, 0, 0});
  result.magnitude.assign(position.size(), 0);
  for (std::size_t i = 0; i < position.size(); ++i) {
    const auto& p = position[i];
    auto& force = result.force[i];
    cells.around(p, [&](std::size_t j) {
      const auto& q = position[j];
      const Vector3 d{nearest(p.x - q.x, side), nearest(p.y - q.y, side), nearest(p.z - q.z, side)};
      const double square = d.x * d.x + d.y * d.y + d.z * d.z;
      if (i == j || square >= k_cutoff * k_cutoff) return;
      const double inverse = 1 / square, sixth = inverse * inverse * inverse;
      const double factor = 48 * sixth * (sixth - 0.5) * inverse;
      force = {force.x + factor * d.x, force.y + factor * d.y, force.z + factor * d.z};
      result.magnitude[i] += std::abs(factor) * std::sqrt(square);
    });
  }
  return result;
}

}  // namespace gpupass::bench::cuda::app
