// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/known_texts.hpp"

#include <fmt/format.h>

#include "gpupass/core/wrap.hpp"

namespace gpupass::report {

std::string known_texts(const std::vector<const judge::KnownText*>& known, int columns) {
  std::string text;
  const auto line = [&](const std::string& words) { text += core::wrapped_lines(words, columns) + "\n"; };
  for (const auto* const one : known) {
    line(fmt::format("{} [{}]", one->patterns.front(), one->id));
    line(fmt::format("  it means: {}", one->means));
    line(fmt::format("  remedy: {}", one->helps));
    if (*one->rule != '\0')
      line(fmt::format("  `gpupass doctor --container` looks for it on this machine [{}]", one->rule));
  }
  return text;
}

core::Json to_json(const std::vector<const judge::KnownText*>& known) {
  auto texts = core::Json::array();
  for (const auto* const one : known)
    texts.push_back({{"id", one->id},
                     {"means", one->means},
                     {"helps", one->helps},
                     {"rule", core::text_or_null(one->rule)}});
  return {{"schema", "gpupass.explanation/1"}, {"texts", std::move(texts)}};
}

}  // namespace gpupass::report
