// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/choices.hpp"

#include <fmt/format.h>

#include "gpupass/core/wrap.hpp"
#include "gpupass/report/findings.hpp"

namespace gpupass::report {
namespace {

constexpr std::size_t k_choice_indent = 4;

/// A paragraph indented by four columns, the mark in the first two.
std::string below(const char* mark, const std::string& text, std::size_t columns) {
  return text.empty() ? "" : fmt::format("  {} {}\n", mark, core::wrapped(text, columns, k_choice_indent));
}

}  // namespace

std::string choices_text(const std::vector<Choice>& choices, std::size_t columns) {
  std::string text;
  for (const auto& choice : choices) {
    text += fmt::format("{}: {}\n", choice.setting, choice.value);
    text += below(" ", choice.why, columns);
    text += below("!", choice.warning, columns);
    text += below(" ", choice.source.empty() ? "" : "(" + choice.source + ")", columns);
  }
  return text;
}

std::string warnings_text(const std::vector<Choice>& choices, std::size_t columns) {
  std::string text;
  for (const auto& choice : choices) {
    if (choice.warning.empty()) continue;
    text += core::wrapped(fmt::format("note: {}: {}: {}", choice.setting, choice.value, choice.warning),
                          columns, 0) +
            "\n";
  }
  return text;
}

core::Json to_json(const std::vector<Choice>& choices) {
  auto json = core::Json::array();
  for (const auto& choice : choices) {
    json.push_back({{"setting", choice.setting},
                    {"value", choice.value},
                    {"why", choice.why},
                    {"source", choice.source},
                    {"warning", choice.warning.empty() ? core::Json(nullptr) : core::Json(choice.warning)}});
  }
  return json;
}

}  // namespace gpupass::report
