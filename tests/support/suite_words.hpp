// SPDX-License-Identifier: GPL-2.0-or-later
// A fake gpupass-bench: its options, and its answers.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "study/compare/runs.hpp"

namespace gpupass::test {

/// Of "--option=value"; empty if it is not there.
inline std::string value_of(const std::vector<std::string>& words, const std::string& option) {
  const auto found =
      std::ranges::find_if(words, [&](const auto& word) { return word.starts_with(option + "="); });
  return found == words.end() ? "" : found->substr(option.size() + 1);
}

/// A run that measured one thing, in the role, block and order that it was told; of the group latency or pci.
inline std::string result_of(const std::vector<std::string>& words) {
  auto config = latency("pci.config", 1e-6);
  if (value_of(words, "--group") != "latency") config.group = bench::Group::pci;
  auto run = run_of(value_of(words, "--role"), {config});
  run.block = std::stoi(value_of(words, "--block"));
  run.order_in_block = std::stoi(value_of(words, "--order"));
  return bench::to_json(run).dump();
}

}  // namespace gpupass::test
