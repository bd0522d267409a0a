// SPDX-License-Identifier: GPL-2.0-or-later
// Fills a folder with a machine whose cards containers can have.
//
//   make-gpu-host FOLDER
#include <filesystem>
#include <iostream>

#include "support/gpu_host.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make-gpu-host FOLDER\n";
    return 2;
  }
  gpupass::test::Tree tree;
  gpupass::test::add_gpu_host(tree);
  std::filesystem::copy(
      tree.root(), argv[1],
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
  return 0;
}
