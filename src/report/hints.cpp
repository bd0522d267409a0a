// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/hints.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace gpupass::report {
namespace {

// Those with --connect whose answer depends on it. Without a blank after it a name is only mentioned.
constexpr std::array<std::string_view, 6> k_ask_libvirt = {
    "gpupass attach ", "gpupass detach ",     "gpupass guest ",
    "gpupass xml ",    "gpupass hook check ", "gpupass bench experiment "};
// Those are commands even without an argument.
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

/// Commands are in backquotes.
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

std::string with_places(std::string text, const Places& places) {
  replace_beginnings(text, "docs/", places.documents);
  replace_beginnings(text, "scripts/", places.scripts);
  return text;
}

Error as_it_stands(Error error, const std::string& uri, const Places& places) {
  error.hint = with_places(with_connection(error.hint, uri), places);
  for (auto& other : error.also) other = as_it_stands(std::move(other), uri, places);
  return error;
}

}  // namespace gpupass::report
