// SPDX-License-Identifier: GPL-2.0-or-later
// The functions behind the CUDA rows of the table of cases (bench/cases.cpp), in its order.
#pragma once

#include "bench/case.hpp"

namespace gpupass::bench::cuda {

[[nodiscard]] Result<> init_driver(const Case& row, Context& context);
[[nodiscard]] Result<> start_first_kernel(const Case& row, Context& context);
[[nodiscard]] Result<> init_context(const Case& row, Context& context);
[[nodiscard]] Result<> init_first_kernel(const Case& row, Context& context);
[[nodiscard]] Result<> launch_dispatch(const Case& row, Context& context);
[[nodiscard]] Result<> launch_throughput(const Case& row, Context& context);
[[nodiscard]] Result<> launch_graph(const Case& row, Context& context);
[[nodiscard]] Result<> sync_spin(const Case& row, Context& context);
[[nodiscard]] Result<> sync_block(const Case& row, Context& context);
[[nodiscard]] Result<> pcie_pingpong(const Case& row, Context& context);
[[nodiscard]] Result<> pcie_chase(const Case& row, Context& context);
[[nodiscard]] Result<> h2d_pinned(const Case& row, Context& context);
[[nodiscard]] Result<> h2d_pinned_sm(const Case& row, Context& context);
[[nodiscard]] Result<> d2h_pinned(const Case& row, Context& context);
[[nodiscard]] Result<> d2h_pinned_sm(const Case& row, Context& context);
[[nodiscard]] Result<> bidir_pinned(const Case& row, Context& context);
[[nodiscard]] Result<> h2d_pageable(const Case& row, Context& context);
[[nodiscard]] Result<> d2h_pageable(const Case& row, Context& context);
[[nodiscard]] Result<> host_register(const Case& row, Context& context);
[[nodiscard]] Result<> d2d_copy(const Case& row, Context& context);
[[nodiscard]] Result<> d2d_copy_sm(const Case& row, Context& context);
[[nodiscard]] Result<> p2p_copy(const Case& row, Context& context);
[[nodiscard]] Result<> p2p_latency(const Case& row, Context& context);

}  // namespace gpupass::bench::cuda
