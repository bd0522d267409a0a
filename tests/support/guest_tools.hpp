// SPDX-License-Identifier: GPL-2.0-or-later
// The programs that make and remove a guest's files, played in a tree.
#pragma once

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/host.hpp"
#include "support/tree.hpp"

namespace gpupass::test {

/// Nothing for any other program.
inline std::optional<ProgramEnd> guest_tool(Tree& tree, const std::vector<std::string>& argv) {
  const auto& name = argv.front();
  if (name == "qemu-img" && argv[1] == "info")
    return ProgramEnd{0, R"({"format": "qcow2", "virtual-size": 67108864})", ""};
  if (name == "qemu-img") {
    tree.file(*std::ranges::find_if(argv, [](const auto& word) { return word.ends_with("disk.qcow2"); }));
  } else if (name == "xorriso") {
    tree.file(*std::next(std::ranges::find(argv, "-output")));
  } else if (name == "install") {
    tree.dir(argv.back());
  } else if (name == "rm" || name == "rmdir") {
    std::error_code not_empty;
    for (const auto& word : argv)
      if (word.starts_with("/")) std::filesystem::remove(tree.at(word), not_empty);
  } else if (name != "chmod") {
    return std::nullopt;
  }
  return ProgramEnd{};
}

}  // namespace gpupass::test
