// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/hints.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace gpupass::cli {
namespace {

// Those with --connect whose answer depends on it. Without a blank behind it a name is only mentioned.
constexpr std::array<std::string_view, 6> k_ask_libvirt = {
    "gpupass attach ", "gpupass detach ",     "gpupass guest ",
    "gpupass xml ",    "gpupass hook check ", "gpupass bench experiment "};
// Those are commands without any word behind them, too.
constexpr std::array<std::string_view, 2> k_ask_libvirt_alone = {"gpupass status", "gpupass doctor"};

bool asks_libvirt(const std::string& command) {
  const auto begins = [&](std::string_view start) { return command.starts_with(start); };
  return std::ranges::any_of(k_ask_libvirt, begins) || std::ranges::any_of(k_ask_libvirt_alone, begins);
}

std::string command_with(std::string command, const std::string& uri) {
  const auto has = [&](std::string_view word) { return command.find(word) != std::string::npos; };
  if (has(" -c ") || has(" --connect ") || has(" --help")) return command;
  if (command.starts_with("virsh ")) return "virsh -c " + uri + command.substr(5);
  if (asks_libvirt(command)) command.insert(std::min(command.find(" -- "), command.size()), " -c " + uri);
  return command;
}

/// `name` begins a path, and is not the middle of one.
void replace_beginnings(std::string& text, std::string_view name, const std::string& place) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + place.size())) {
    if (at == 0 || std::string_view(" (`,").find(text[at - 1]) != std::string_view::npos)
      text.replace(at, name.size(), place);
  }
}

}  // namespace

std::string connection_named(const std::vector<std::string>& arguments) {
  for (auto word = arguments.begin(); word != arguments.end() && *word != "--"; ++word) {
    if (word->starts_with("--connect=")) return word->substr(word->find('=') + 1);
    if ((*word == "--connect" || *word == "-c") && word + 1 != arguments.end()) return *(word + 1);
    if (word->starts_with("-c") && word->size() > 2) return word->substr(2);
  }
  return "";
}

/// Commands stand in backquotes.
std::string with_connection(const std::string& text, const std::string& uri) {
  if (uri.empty()) return text;
  std::string result;
  std::size_t start = 0;
  for (bool command = false; start <= text.size(); command = !command) {
    const auto end = std::min(text.find('`', start), text.size());
    const auto part = text.substr(start, end - start);
    result += command ? command_with(part, uri) : part;
    if (end < text.size()) result += '`';
    start = end + 1;
  }
  return result;
}

std::string with_places(std::string text, const std::filesystem::path& data) {
  std::error_code none;
  const auto beside = data / "docs/";
  const auto documents =
      std::filesystem::exists(beside, none) ? beside : data.parent_path() / "doc" / data.filename() / "";
  replace_beginnings(text, "docs/", documents.string());
  replace_beginnings(text, "scripts/", (data / "scripts/").string());
  return text;
}

Error as_it_stands(Error error, const std::string& uri, const std::filesystem::path& data) {
  error.hint = with_places(with_connection(error.hint, uri), data);
  for (auto& other : error.also) other = as_it_stands(std::move(other), uri, data);
  return error;
}

}  // namespace gpupass::cli
