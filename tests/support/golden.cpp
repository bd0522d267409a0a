// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace gpupass::test {
namespace fs = std::filesystem;

std::string source(const std::string& path) {
  return GPUPASS_SOURCE_DIR + path;
}

fs::path fixture(const fs::path& path) {
  auto made = fs::path(GPUPASS_MADE_DIR) / path;
  return fs::exists(made) ? made : fs::path(source("/tests")) / path;
}

std::string read_fixture(const fs::path& path) {
  std::ifstream in(fixture(path), std::ios::binary);
  EXPECT_TRUE(in.good()) << fixture(path) << " cannot be read; GPUPASS_REGEN=1 writes expected texts";
  return {std::istreambuf_iterator<char>(in), {}};
}

void expect_golden(const fs::path& path, const std::string& text) {
  if (const char* const regenerate = std::getenv("GPUPASS_REGEN");
      regenerate != nullptr && *regenerate == '1') {
    fs::create_directories(fixture(path).parent_path());
    std::ofstream(fixture(path), std::ios::binary) << text;
  }
  EXPECT_EQ(text, read_fixture(path)) << fixture(path) << " differs; GPUPASS_REGEN=1 writes it anew";
}

}  // namespace gpupass::test
