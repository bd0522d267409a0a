// SPDX-License-Identifier: GPL-2.0-or-later
// A box of Lennard-Jones atoms in reduced units, and the forces on them by the processor. No CUDA here.
#pragma once

#include <cstdint>
#include <vector>

namespace gpupass::bench::cuda::app {

struct Vector3 {
  double x, y, z;
};

constexpr double k_cutoff = 2.5;

struct Atoms {
  double side = 0;  // of the box, whose opposite faces meet
  std::vector<Vector3> position;
  std::vector<Vector3> velocity;
};

/// 4·cells³ atoms on a face-centred lattice of density 0.8442, with random velocities of temperature 1.44 and
/// no common motion: it melts.
[[nodiscard]] Atoms lattice(int cells, std::uint64_t seed);

/// Of each atom: the force on it, and the sum of the magnitudes that it is the sum of.
struct Forces {
  std::vector<Vector3> force;
  std::vector<double> magnitude;
};
[[nodiscard]] Forces forces(const std::vector<Vector3>& position, double side);

}  // namespace gpupass::bench::cuda::app
