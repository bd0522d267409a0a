// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdlib>
#include <iostream>

#include "gpupass/cli/run.hpp"
#include "gpupass/virt/run_within.hpp"

int main(int argc, char** argv) {
  const int status = gpupass::cli::run({argv + 1, argv + argc});
  if (gpupass::virt::calls_left_behind == 0) return status;
  // A call of libvirt that did not return in time is still in its thread. What an ordinary end takes down
  // (libvirt's own data among it) would be taken from under it.
  std::cout.flush();
  std::_Exit(status);
}
