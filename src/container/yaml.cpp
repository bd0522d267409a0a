// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"

namespace gpupass::container {
namespace {

using core::Json;

constexpr std::size_t k_deepest = 64;

struct Line {
  std::size_t number = 0, indent = 0;
  std::string_view text;  // without indentation, and without blanks at its end
};

/// Where a comment begins outside of quotes; the text's end where none does.
std::size_t comment_in(std::string_view text) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != '\0') {
      if (quote == '"' && text[i] == '\\') {
        ++i;
      } else if (text[i] == quote) {
        quote = '\0';
      }
    } else if ((text[i] == '"' || text[i] == '\'') && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '[')) {
      quote = text[i];
    } else if (text[i] == '#' && (i == 0 || text[i - 1] == ' ')) {
      return i;
    }
  }
  return text.size();
}

class YamlReader {
 public:
  YamlReader(std::string_view text, const std::string& origin) : origin_(origin) {
    std::size_t number = 0;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      add(++number, text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  Result<Json> document() {
    if (lines_.empty()) return Json::object();
    GPUPASS_TRY_ASSIGN(auto value, block(lines_.front().indent, 0));
    if (at_ < lines_.size()) return wrong("is wrongly indented");
    return value;
  }

 private:
  void add(std::size_t number, std::string_view line) {
    if (line == "---" || line.starts_with('%')) return;
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    const auto text = line.substr(indent);
    const auto kept = core::trim(text.substr(0, comment_in(text)));
    if (!kept.empty()) lines_.push_back({number, indent, kept});
  }

  [[nodiscard]] Failure wrong(const char* what) const {
    const auto line = at_ < lines_.size() ? lines_[at_].number : lines_.back().number;
    return fail(ErrorKind::invalid, fmt::format("{}: line {} {}", origin_, line, what));
  }

  static bool is_item(const Line& line) { return line.text == "-" || line.text.starts_with("- "); }

  Result<Json> block(std::size_t indent, std::size_t depth) {
    if (depth > k_deepest) return wrong("is nested too deeply");
    return is_item(lines_[at_]) ? list(indent, depth) : map(indent, depth);
  }

  Result<Json> list(std::size_t indent, std::size_t depth) {
    auto all = Json::array();
    while (at_ < lines_.size() && lines_[at_].indent == indent && is_item(lines_[at_])) {
      auto& line = lines_[at_];
      const auto rest = core::trim(line.text.substr(1));
      if (rest.empty()) {
        ++at_;
        GPUPASS_TRY_ASSIGN(auto value, below(indent, depth));
        all.push_back(std::move(value));
      } else if (key_end(rest) != std::string_view::npos || rest.starts_with("- ")) {
        line.indent +=
            static_cast<std::size_t>(rest.data() - line.text.data());  // a map, or a list, begins here
        line.text = rest;
        GPUPASS_TRY_ASSIGN(auto value, block(line.indent, depth + 1));
        all.push_back(std::move(value));
      } else {
        GPUPASS_TRY_ASSIGN(auto value, scalar(rest));
        all.push_back(std::move(value));
        ++at_;
      }
    }
    return all;
  }

  Result<Json> map(std::size_t indent, std::size_t depth) {
    auto all = Json::object();
    while (at_ < lines_.size() && lines_[at_].indent == indent && !is_item(lines_[at_])) {
      const auto text = lines_[at_].text;
      const auto end = key_end(text);
      if (end == std::string_view::npos) return wrong("has no key");
      GPUPASS_TRY_ASSIGN(const auto key, scalar(text.substr(0, end)));
      const auto name = key.is_string() ? key.get<std::string>() : key.dump();
      if (all.contains(name)) return wrong("repeats a key");
      const auto rest = core::trim(text.substr(end + 1));
      if (rest.empty()) {
        ++at_;
        const bool list_follows = at_ < lines_.size() && lines_[at_].indent == indent && is_item(lines_[at_]);
        GPUPASS_TRY_ASSIGN(all[name], list_follows ? list(indent, depth + 1) : below(indent, depth));
      } else {
        GPUPASS_TRY_ASSIGN(all[name], scalar(rest));
        ++at_;
      }
    }
    return all;
  }

  /// What is indented further than this; null if nothing is.
  Result<Json> below(std::size_t indent, std::size_t depth) {
    if (at_ >= lines_.size() || lines_[at_].indent <= indent) return Json();
    return block(lines_[at_].indent, depth + 1);
  }

  /// The position of the colon after a key.
  static std::size_t key_end(std::string_view text) {
    std::size_t from = 0;
    if (text.front() == '"' || text.front() == '\'') {
      from = text.find(text.front(), 1);
      if (from == std::string_view::npos) return from;
    }
    for (auto colon = text.find(':', from); colon != std::string_view::npos;
         colon = text.find(':', colon + 1)) {
      if (colon + 1 == text.size() || text[colon + 1] == ' ') return colon;
    }
    return std::string_view::npos;
  }

  [[nodiscard]] Result<Json> scalar(std::string_view text) const {
    constexpr std::string_view k_other_forms = "&*!|>%@`{?,]}";
    if (text == "{}") return Json::object();
    if (text.front() == '[') return brackets(text);
    if (text.front() == '"') return quoted(text);
    if (text.front() == '\'') return single_quoted(text);
    if (k_other_forms.find(text.front()) != std::string_view::npos)
      return wrong("uses YAML syntax that gpupass does not read");
    if (text == "true" || text == "false") return Json(text == "true");
    if (text == "null" || text == "~") return Json();
    if (const auto number = core::parse_number(text)) return Json(*number);
    return Json(std::string(text));
  }

  [[nodiscard]] Result<Json> brackets(std::string_view text) const {
    if (text.back() != ']') return wrong("uses YAML syntax that gpupass does not read");
    auto all = Json::array();
    const auto inside = text.substr(1, text.size() - 2);
    for (const auto piece : core::split(inside, ',')) {
      const auto word = core::trim(piece);
      if (word.empty() || word.front() == '[') return wrong("uses YAML syntax that gpupass does not read");
      GPUPASS_TRY_ASSIGN(auto value, scalar(word));
      all.push_back(std::move(value));
    }
    return all;
  }

  /// Its escapes are those of JSON, as far as programs use them.
  [[nodiscard]] Result<Json> quoted(std::string_view text) const {
    auto value = core::parse_json(std::string(text), origin_);
    if (!value || !value->is_string()) return wrong("has a quoted text that gpupass does not read");
    return value;
  }

  [[nodiscard]] Result<Json> single_quoted(std::string_view text) const {
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] != '\'') {
        value += text[i];
      } else if (i + 1 < text.size() && text[i + 1] == '\'') {
        value += text[i++];
      } else {
        if (i + 1 != text.size()) break;
        return Json(value);
      }
    }
    return wrong("has a quoted text that gpupass does not read");
  }

  const std::string& origin_;
  std::vector<Line> lines_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Json> parse_yaml(const std::string& text, const std::string& origin) {
  GPUPASS_TRY(core::within_limits(text, origin));
  return YamlReader(text, origin).document();
}

}  // namespace gpupass::container
