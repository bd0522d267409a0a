// SPDX-License-Identifier: GPL-2.0-or-later
// Replaces CUDA in a build that did not find it: the table of cases is the same, and nothing it needs is
// there.
#include "bench/cuda/app/cases.hpp"
#include "bench/cuda/cases.hpp"
#include "bench/cuda/cuda.hpp"
#include "bench/cuda/device_cases.hpp"

namespace gpupass::bench::cuda {
namespace {

Failure absent() {
  return fail(ErrorKind::unsupported, "this gpupass-bench was built without CUDA",
              "build it where nvcc is found: CUDACXX=/usr/local/cuda/bin/nvcc");
}

}  // namespace

nlohmann::json compiled_with() {
  return nlohmann::json::object();
}
Result<int> ordinal_at(const std::string& /*pci_address*/) {
  return absent();
}
Result<> usable(int /*device*/) {
  return absent();
}
Result<> cublas_usable() {
  return absent();
}
Result<> two_cards() {
  return absent();
}
nlohmann::json environment(int /*device*/) {
  return nlohmann::json::object();
}
std::vector<Gate> gates(int /*device*/) {
  return {};
}
int child(const std::vector<std::string>& /*words*/) {
  return exit_code(ErrorKind::unsupported);
}

// No case of a card is run without one that can be used; a new case is a line here.
#define GPUPASS_ABSENT(function)                                 \
  Result<> function(const Case& /*row*/, Context& /*context*/) { \
    return absent();                                             \
  }

/// Its row asks for no card, which it is the first to touch.
Result<> start_first_kernel(const Case& row, Context& context) {
  auto measurement = measurement_of(row);
  measurement.status = Status::waived;
  measurement.reason = absent().value().what;
  context.record(std::move(measurement));
  return {};
}

GPUPASS_ABSENT(init_driver)
GPUPASS_ABSENT(init_context)
GPUPASS_ABSENT(init_first_kernel)
GPUPASS_ABSENT(launch_dispatch)
GPUPASS_ABSENT(launch_throughput)
GPUPASS_ABSENT(launch_graph)
GPUPASS_ABSENT(sync_spin)
GPUPASS_ABSENT(sync_block)
GPUPASS_ABSENT(pcie_pingpong)
GPUPASS_ABSENT(pcie_chase)
GPUPASS_ABSENT(h2d_pinned)
GPUPASS_ABSENT(h2d_pinned_sm)
GPUPASS_ABSENT(d2h_pinned)
GPUPASS_ABSENT(d2h_pinned_sm)
GPUPASS_ABSENT(bidir_pinned)
GPUPASS_ABSENT(h2d_pageable)
GPUPASS_ABSENT(d2h_pageable)
GPUPASS_ABSENT(host_register)
GPUPASS_ABSENT(d2d_copy)
GPUPASS_ABSENT(d2d_copy_sm)
GPUPASS_ABSENT(p2p_copy)
GPUPASS_ABSENT(p2p_latency)
GPUPASS_ABSENT(hbm_copy)
GPUPASS_ABSENT(hbm_scale)
GPUPASS_ABSENT(hbm_add)
GPUPASS_ABSENT(hbm_triad)
GPUPASS_ABSENT(hbm_dot)
GPUPASS_ABSENT(hbm_gather)
GPUPASS_ABSENT(fma_fp32)
GPUPASS_ABSENT(fma_fp64)
GPUPASS_ABSENT(gemm_bf16)
GPUPASS_ABSENT(gemm_bf16_cublas)
GPUPASS_ABSENT(gemm_fp64)
GPUPASS_ABSENT(gemm_fp64_cublas)

namespace app {

GPUPASS_ABSENT(bfs)
GPUPASS_ABSENT(pipeline)
GPUPASS_ABSENT(md)
GPUPASS_ABSENT(kinetics)
GPUPASS_ABSENT(spmv)
GPUPASS_ABSENT(scan)
GPUPASS_ABSENT(sort)
GPUPASS_ABSENT(stencil)
GPUPASS_ABSENT(fft)
GPUPASS_ABSENT(md5)
GPUPASS_ABSENT(mlp)

}  // namespace app
#undef GPUPASS_ABSENT

}  // namespace gpupass::bench::cuda
