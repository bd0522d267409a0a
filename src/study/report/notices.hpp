// SPDX-License-Identifier: GPL-2.0-or-later
// The remarks on a comparison, as sentences.
#pragma once

#include <string>
#include <vector>

#include "gpupass/bench/comparison.hpp"

namespace gpupass::study {

[[nodiscard]] std::string sentence(const bench::Comparison& comparison, const bench::Beyond& beyond);
[[nodiscard]] std::string sentence(const bench::Comparison& comparison, const bench::Doubt& doubt);
[[nodiscard]] std::string sentence(const bench::Comparison& comparison, const bench::Open& open);
[[nodiscard]] std::string sentence(const bench::Comparison& comparison, const bench::Remark& remark);

template <class Notice>
[[nodiscard]] std::vector<std::string> sentences(const bench::Comparison& comparison,
                                                 const std::vector<Notice>& notices) {
  std::vector<std::string> all;
  for (const auto& notice : notices) all.push_back(sentence(comparison, notice));
  return all;
}

}  // namespace gpupass::study
