// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/cli/run.hpp"

int main(int argc, char** argv) {
  return gpupass::cli::run({argv + 1, argv + argc});
}
