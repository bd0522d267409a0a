// SPDX-License-Identifier: GPL-2.0-or-later
// What container engines, NVIDIA's toolkit, CUDA and ROCm say when a container cannot use a card, and what it
// means. Texts of others, as they write them.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace gpupass::judge {

struct KnownText {
  const char* id;  // stable
  /// What is said, each another wording; no text: there is none more. `*` stands for anything within a line.
  std::array<const char*, 3> patterns;
  const char* means;
  const char* helps;
  const char* rule;  // of doctor --container, which finds it before it is said; empty: no file shows it
};

/// docs/containers.md has a row for each; a test compares the two.
[[nodiscard]] std::span<const KnownText> known_texts();

/// Those that are said in a text: a line of it, or a whole log.
[[nodiscard]] std::vector<const KnownText*> known_in(std::string_view text);

}  // namespace gpupass::judge
