// SPDX-License-Identifier: GPL-2.0-or-later
// The functions behind the rows hbm.*, fma.* and gemm.* of the table of cases, in its order.
#pragma once

#include "bench/case.hpp"

namespace gpupass::bench::cuda {

[[nodiscard]] Result<> hbm_copy(const Case& row, Context& context);
[[nodiscard]] Result<> hbm_scale(const Case& row, Context& context);
[[nodiscard]] Result<> hbm_add(const Case& row, Context& context);
[[nodiscard]] Result<> hbm_triad(const Case& row, Context& context);
[[nodiscard]] Result<> hbm_dot(const Case& row, Context& context);
[[nodiscard]] Result<> hbm_gather(const Case& row, Context& context);
[[nodiscard]] Result<> fma_fp32(const Case& row, Context& context);
[[nodiscard]] Result<> fma_fp64(const Case& row, Context& context);
[[nodiscard]] Result<> gemm_bf16(const Case& row, Context& context);
[[nodiscard]] Result<> gemm_bf16_cublas(const Case& row, Context& context);
[[nodiscard]] Result<> gemm_fp64(const Case& row, Context& context);
[[nodiscard]] Result<> gemm_fp64_cublas(const Case& row, Context& context);

}  // namespace gpupass::bench::cuda
