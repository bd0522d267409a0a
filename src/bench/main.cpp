// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/program.hpp"

int main(int argc, char** argv) {
  return gpupass::bench::run_program({argv + 1, argv + argc});
}
