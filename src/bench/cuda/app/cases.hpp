// SPDX-License-Identifier: GPL-2.0-or-later
// The functions behind the rows app.* of the table of cases, in its order.
#pragma once

#include "bench/case.hpp"

namespace gpupass::bench::cuda::app {

[[nodiscard]] Result<> bfs(const Case& row, Context& context);
[[nodiscard]] Result<> pipeline(const Case& row, Context& context);
[[nodiscard]] Result<> md(const Case& row, Context& context);
[[nodiscard]] Result<> kinetics(const Case& row, Context& context);
[[nodiscard]] Result<> spmv(const Case& row, Context& context);
[[nodiscard]] Result<> scan(const Case& row, Context& context);
[[nodiscard]] Result<> sort(const Case& row, Context& context);
[[nodiscard]] Result<> stencil(const Case& row, Context& context);
[[nodiscard]] Result<> fft(const Case& row, Context& context);
[[nodiscard]] Result<> md5(const Case& row, Context& context);
[[nodiscard]] Result<> mlp(const Case& row, Context& context);

}  // namespace gpupass::bench::cuda::app
