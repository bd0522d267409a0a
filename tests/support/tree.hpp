// SPDX-License-Identifier: GPL-2.0-or-later
// A temporary root that a test fills with files and links, removed with the object.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gpupass::test {

class Tree {
 public:
  Tree();
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path at(std::string_view path) const;

  /// Each makes the directories above it. Returns the tree, so that calls chain.
  Tree& dir(std::string_view path);
  Tree& file(std::string_view path, std::string_view content = {});
  /// A symbolic link whose target is written as given ("../../drivers/nvidia").
  Tree& link(std::string_view path, std::string_view target);
  Tree& remove(std::string_view path);
  /// The file's content; a test failure where there is none.
  [[nodiscard]] std::string text(std::string_view path) const;

 private:
  std::filesystem::path root_;
};

/// Every file, link and directory below a folder with its content, as one text: equal texts are
/// equal trees.
[[nodiscard]] std::string snapshot(const std::filesystem::path& folder);

}  // namespace gpupass::test
