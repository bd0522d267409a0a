// SPDX-License-Identifier: GPL-2.0-or-later
// The discrete Fourier transform by the processor, in fp64. No CUDA here.
#pragma once

#include <complex>
#include <vector>

namespace gpupass::bench::cuda::app {

/// X[k] = Σ x[j]·exp(−2πi·jk/n). n: a power of two.
[[nodiscard]] std::vector<std::complex<double>> transformed(std::vector<std::complex<double>> x);

}  // namespace gpupass::bench::cuda::app
