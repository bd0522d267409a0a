// SPDX-License-Identifier: GPL-2.0-or-later
// Molecular dynamics of Lennard-Jones atoms in fp64 as simulation programs do it: the host queues one step
// after the other, and every 10th looks at the card while the neighbour lists are rebuilt. The large system
// is limited by the multiprocessors, the small one by launches.
#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/app/lennard_jones.hpp"
#include "bench/cuda/arrays.cuh"
#include "bench/cuda/harness.hpp"

namespace gpupass::bench::cuda::app {
namespace {

constexpr unsigned k_block = 128;
constexpr unsigned k_cell_room = 64;        // atoms in a cell; 26 on average
constexpr unsigned k_neighbour_room = 160;  // of an atom; 95 on average
constexpr double k_reach = k_cutoff + 0.5;  // of a neighbour list: in 10 steps an atom goes some 0.1
constexpr double k_time_step = 0.005;
constexpr int k_steps = 100;  // in one iteration
constexpr int k_steps_of_list = 10;
constexpr double k_tolerance = 1e-12;  // of a force, as a part of the magnitudes that it sums

using Index = std::uint32_t;

/// The box as kernels see it. Atom a's neighbour number i is neighbours[i · atoms + a].
struct Box {
  double side, per_side;  // and its inverse
  Index atoms, edge;      // cells along an edge
  Vector3* position;
  Vector3* velocity;
  Vector3* force;
  Index* in_cell;  // how many atoms are in each cell
  Index* cell;     // and which
  Index* neighbour_count;
  Index* neighbours;
  Index* overflows;  // atoms that found no room
};

__device__ double nearest(const Box& box, double distance) {
  return distance - box.side * rint(distance * box.per_side);
}

__device__ Vector3 between(const Box& box, const Vector3& a, const Vector3& b) {
  return {nearest(box, a.x - b.x), nearest(box, a.y - b.y), nearest(box, a.z - b.z)};
}

__device__ double square(const Vector3& v) {
  return v.x * v.x + v.y * v.y + v.z * v.z;
}

__device__ Index along(const Box& box, double coordinate) {
  const double fraction = coordinate * box.per_side;
  return min(box.edge - 1, static_cast<Index>((fraction - floor(fraction)) * box.edge));
}

__device__ Index atom_of_thread() {
  return blockIdx.x * k_block + threadIdx.x;
}

__global__ void put_into_cells(Box box) {
  const Index atom = atom_of_thread();
  if (atom >= box.atoms) return;
  const Vector3 p = box.position[atom];
  const Index cell = (along(box, p.z) * box.edge + along(box, p.y)) * box.edge + along(box, p.x);
  const Index place = atomicAdd(box.in_cell + cell, 1);
  if (place < k_cell_room) {
    box.cell[cell * k_cell_room + place] = atom;
  } else {
    atomicAdd(box.overflows, 1);
  }
}

/// Atoms of a cell in ascending order, so that every sum over neighbours is in the same order each time.
__global__ void sort_cells(Box box) {
  const Index cell = atom_of_thread();
  if (cell >= box.edge * box.edge * box.edge) return;
  Index* const atoms = box.cell + cell * k_cell_room;
  const Index count = min(box.in_cell[cell], k_cell_room);
  for (Index i = 1; i < count; ++i) {
    const Index atom = atoms[i];
    Index place = i;
    for (; place > 0 && atoms[place - 1] > atom; --place) atoms[place] = atoms[place - 1];
    atoms[place] = atom;
  }
}

__global__ void find_neighbours(Box box) {
  const Index atom = atom_of_thread();
  if (atom >= box.atoms) return;
  const Vector3 p = box.position[atom];
  const Index x = along(box, p.x), y = along(box, p.y), z = along(box, p.z);
  Index found = 0;
  for (Index which = 0; which < 27; ++which) {
    const Index column = (x + box.edge + which % 3 - 1) % box.edge;
    const Index line = (y + box.edge + which / 3 % 3 - 1) % box.edge;
    const Index layer = (z + box.edge + which / 9 - 1) % box.edge;
    const Index cell = (layer * box.edge + line) * box.edge + column;
    const Index count = min(box.in_cell[cell], k_cell_room);
    for (Index i = 0; i < count; ++i) {
      const Index other = box.cell[cell * k_cell_room + i];
      if (other == atom || square(between(box, p, box.position[other])) >= k_reach * k_reach) continue;
      if (found < k_neighbour_room)
        box.neighbours[static_cast<std::size_t>(found) * box.atoms + atom] = other;
      ++found;
    }
  }
  if (found > k_neighbour_room) atomicAdd(box.overflows, 1);
  box.neighbour_count[atom] = min(found, k_neighbour_room);
}

__global__ void __launch_bounds__(k_block) compute_forces(Box box) {
  const Index atom = atom_of_thread();
  if (atom >= box.atoms) return;
  const Vector3 p = box.position[atom];
  const Index count = box.neighbour_count[atom];
  Vector3 force{0, 0, 0};
#pragma unroll 4
  for (Index i = 0; i < count; ++i) {
    const Index other = box.neighbours[static_cast<std::size_t>(i) * box.atoms + atom];
    const Vector3 d = between(box, p, box.position[other]);
    const double distance = square(d);
    const double inverse = 1 / distance, sixth = inverse * inverse * inverse;
    const double factor = distance < k_cutoff * k_cutoff ? 48 * sixth * (sixth - 0.5) * inverse : 0;
    force.x += factor * d.x;
    force.y += factor * d.y;
    force.z += factor * d.z;
  }
  box.force[atom] = force;
}

/// Velocities are half a step behind positions.
__global__ void __launch_bounds__(k_block) advance(Box box) {
  const Index atom = atom_of_thread();
  if (atom >= box.atoms) return;
  const Vector3 f = box.force[atom];
  Vector3 v = box.velocity[atom], p = box.position[atom];
  v = {v.x + k_time_step * f.x, v.y + k_time_step * f.y, v.z + k_time_step * f.z};
  p = {p.x + k_time_step * v.x, p.y + k_time_step * v.y, p.z + k_time_step * v.z};
  box.velocity[atom] = v;
  box.position[atom] = p;
}

class Simulation {
 public:
  [[nodiscard]] static Result<Simulation> make(const Atoms& atoms) {
    const std::size_t n = atoms.position.size();
    const auto edge = static_cast<std::size_t>(atoms.side / k_reach);
    const std::size_t cells = edge * edge * edge;
    GPUPASS_TRY_ASSIGN(auto start, uploaded(atoms.position));
    GPUPASS_TRY_ASSIGN(auto start_velocity, uploaded(atoms.velocity));
    GPUPASS_TRY_ASSIGN(auto position, uploaded(atoms.position));
    GPUPASS_TRY_ASSIGN(auto velocity, uploaded(atoms.velocity));
    GPUPASS_TRY_ASSIGN(auto force, DeviceBuffer<Vector3>::make(n));
    GPUPASS_TRY_ASSIGN(auto in_cell, DeviceBuffer<Index>::make(cells));
    GPUPASS_TRY_ASSIGN(auto cell, DeviceBuffer<Index>::make(cells * k_cell_room));
    GPUPASS_TRY_ASSIGN(auto counts, DeviceBuffer<Index>::make(n));
    GPUPASS_TRY_ASSIGN(auto neighbours, DeviceBuffer<Index>::make(n * k_neighbour_room));
    GPUPASS_TRY_ASSIGN(auto overflows, uploaded(std::vector<Index>{0}));
    GPUPASS_TRY_ASSIGN(auto seen, PinnedBuffer<Index>::make(1));
    GPUPASS_TRY_ASSIGN(auto stream, Stream::make());
    GPUPASS_TRY(poison(force.data(), force.bytes()));
    const Box box{atoms.side,      1 / atoms.side,  static_cast<Index>(n), static_cast<Index>(edge),
                  position.data(), velocity.data(), force.data(),          in_cell.data(),
                  cell.data(),     counts.data(),   neighbours.data(),     overflows.data()};
    return Simulation{std::move(start),
                      std::move(start_velocity),
                      std::move(position),
                      std::move(velocity),
                      std::move(force),
                      std::move(in_cell),
                      std::move(cell),
                      std::move(counts),
                      std::move(neighbours),
                      std::move(overflows),
                      std::move(seen),
                      std::move(stream),
                      box};
  }

  /// From the lattice, so that every run does the same work.
  [[nodiscard]] Result<> run(int steps, std::chrono::milliseconds timeout) {
    GPUPASS_TRY(ok(cudaMemcpyAsync(position_.data(), start_.data(), start_.bytes(), cudaMemcpyDeviceToDevice,
                                   stream_.get()),
                   "cudaMemcpyAsync"));
    GPUPASS_TRY(ok(cudaMemcpyAsync(velocity_.data(), start_velocity_.data(), start_velocity_.bytes(),
                                   cudaMemcpyDeviceToDevice, stream_.get()),
                   "cudaMemcpyAsync"));
    for (int step = 0; step < steps; ++step) {
      if (step % k_steps_of_list == 0) GPUPASS_TRY(make_lists(timeout));
      compute_forces<<<blocks(box_.atoms), k_block, 0, stream_.get()>>>(box_);
      advance<<<blocks(box_.atoms), k_block, 0, stream_.get()>>>(box_);
      GPUPASS_TRY(launched("step"));
    }
    return stream_.wait(timeout);
  }

  /// The forces at the positions as they are now.
  [[nodiscard]] Result<std::vector<Vector3>> forces_now(std::chrono::milliseconds timeout) {
    GPUPASS_TRY(make_lists(timeout));
    compute_forces<<<blocks(box_.atoms), k_block, 0, stream_.get()>>>(box_);
    GPUPASS_TRY(launched("compute_forces"));
    GPUPASS_TRY(stream_.wait(timeout));
    return download(force_);
  }

  [[nodiscard]] Result<std::vector<Vector3>> positions() const { return download(position_); }

  DeviceBuffer<Vector3> start_, start_velocity_, position_, velocity_, force_;
  DeviceBuffer<Index> in_cell_, cell_, counts_, neighbours_, overflows_;
  PinnedBuffer<Index> seen_;
  Stream stream_;
  Box box_;

 private:
  [[nodiscard]] static unsigned blocks(Index threads) { return (threads + k_block - 1) / k_block; }

  [[nodiscard]] Result<> make_lists(std::chrono::milliseconds timeout) {
    GPUPASS_TRY(ok(cudaMemsetAsync(in_cell_.data(), 0, in_cell_.bytes(), stream_.get()), "cudaMemsetAsync"));
    put_into_cells<<<blocks(box_.atoms), k_block, 0, stream_.get()>>>(box_);
    sort_cells<<<blocks(box_.edge * box_.edge * box_.edge), k_block, 0, stream_.get()>>>(box_);
    find_neighbours<<<blocks(box_.atoms), k_block, 0, stream_.get()>>>(box_);
    GPUPASS_TRY(launched("find_neighbours"));
    GPUPASS_TRY(ok(cudaMemcpyAsync(seen_.data(), overflows_.data(), sizeof(Index), cudaMemcpyDeviceToHost,
                                   stream_.get()),
                   "cudaMemcpyAsync"));
    GPUPASS_TRY(stream_.wait(timeout));
    if (*seen_.data() == 0) return {};
    return fail(ErrorKind::internal,
                std::to_string(*seen_.data()) + " atoms found no room in a cell or list");
  }
};

Result<Check> compare(Simulation& simulation, double side, std::chrono::milliseconds timeout,
                      std::string_view kind) {
  GPUPASS_TRY_ASSIGN(const auto found, simulation.forces_now(timeout));
  GPUPASS_TRY_ASSIGN(const auto positions, simulation.positions());
  const auto expected = forces(positions, side);
  Comparison comparison(kind);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double tolerance = k_tolerance * expected.magnitude[i];
    comparison.within("x of force on", i, found[i].x, expected.force[i].x, tolerance);
    comparison.within("y of force on", i, found[i].y, expected.force[i].y, tolerance);
    comparison.within("z of force on", i, found[i].z, expected.force[i].z, tolerance);
  }
  return comparison.check();
}

Result<> measure(const Case& row, Context& context, int cells) {
  const auto timeout = context.settings().timeout;
  const auto atoms = lattice(cells, context.settings().seed);
  auto measurement = measurement_of(row, {{"atoms", static_cast<std::int64_t>(atoms.position.size())}});
  GPUPASS_TRY_ASSIGN(auto simulation, Simulation::make(atoms));
  const double amount = static_cast<double>(atoms.position.size()) * k_steps;
  GPUPASS_TRY(sample_on_host(context, measurement, amount, [&] { return simulation.run(k_steps, timeout); }));
  GPUPASS_TRY_ASSIGN(auto check, compare(simulation, atoms.side, timeout, row.check));
  judge(measurement, std::move(check));
  context.record(std::move(measurement));
  return {};
}

}  // namespace

Result<> md(const Case& row, Context& context) {
  GPUPASS_TRY(select(context));
  GPUPASS_TRY(measure(row, context, context.settings().quick ? 10 : 20));
  if (context.settings().quick) return {};
  return measure(row, context, 40);
}

}  // namespace gpupass::bench::cuda::app
