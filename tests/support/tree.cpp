// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/tree.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <set>

namespace gpupass::test {
namespace fs = std::filesystem;
namespace {

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Tree::Tree() {
  std::string name = (fs::temp_directory_path() / "gpupass-test.XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary directory " << name;
  root_ = name;
}

Tree::~Tree() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

fs::path Tree::at(std::string_view path) const {
  return root_ / fs::path(path).relative_path();
}

Tree& Tree::dir(std::string_view path) {
  fs::create_directories(at(path));
  return *this;
}

Tree& Tree::file(std::string_view path, std::string_view content) {
  fs::create_directories(at(path).parent_path());
  std::ofstream(at(path), std::ios::binary) << content;
  return *this;
}

Tree& Tree::link(std::string_view path, std::string_view target) {
  fs::create_directories(at(path).parent_path());
  fs::create_symlink(target, at(path));
  return *this;
}

Tree& Tree::remove(std::string_view path) {
  fs::remove_all(at(path));
  return *this;
}

std::string Tree::text(std::string_view path) const {
  EXPECT_TRUE(fs::exists(at(path))) << at(path);
  return content_of(at(path));
}

std::string snapshot(const fs::path& folder) {
  std::set<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = entry.path().lexically_relative(folder).string();
    if (entry.is_symlink()) {
      lines.insert(name + " -> " + fs::read_symlink(entry.path()).string());
    } else if (entry.is_directory()) {
      lines.insert(name + "/");
    } else {
      lines.insert(name + ": " + content_of(entry.path()));
    }
  }
  std::string all;
  for (const auto& line : lines) all += line + "\n";
  return all;
}

}  // namespace gpupass::test
