// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/hints.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace gpupass::cli {
namespace {

// Those with --connect.
constexpr std::array<std::string_view, 6> k_ask_libvirt = {
    "gpupass attach ",     "gpupass detach ",           "gpupass guest ",
    "gpupass hook check ", "gpupass bench experiment ", "gpupass status"};

std::string with_connection(std::string command, const std::string& uri) {
  const auto has = [&](std::string_view word) { return command.find(word) != std::string::npos; };
  if (has(" -c ") || has(" --connect ") || has(" --help")) return command;
  if (command.starts_with("virsh ")) return "virsh -c " + uri + command.substr(5);
  const bool asks =
      std::ranges::any_of(k_ask_libvirt, [&](auto start) { return command.starts_with(start); });
  if (asks) command.insert(std::min(command.find(" -- "), command.size()), " -c " + uri);
  return command;
}

/// Commands stand in backquotes.
std::string hint_with_connection(const std::string& hint, const std::string& uri) {
  std::string text;
  std::size_t start = 0;
  for (bool command = false; start <= hint.size(); command = !command) {
    const auto end = std::min(hint.find('`', start), hint.size());
    const auto part = hint.substr(start, end - start);
    text += command ? with_connection(part, uri) : part;
    if (end < hint.size()) text += '`';
    start = end + 1;
  }
  return text;
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

Error with_connection(Error error, const std::string& uri) {
  if (uri.empty()) return error;
  error.hint = hint_with_connection(error.hint, uri);
  for (auto& other : error.also) other = with_connection(std::move(other), uri);
  return error;
}

Error with_documents(Error error, const std::filesystem::path& data) {
  constexpr std::string_view k_in_source = "docs/";
  std::error_code none;
  const auto beside = data / "docs/";
  const auto folder = std::filesystem::exists(beside, none) ? beside : data.parent_path() / "doc/gpupass/";
  for (auto at = error.hint.find(k_in_source); at != std::string::npos;) {
    error.hint.replace(at, k_in_source.size(), folder.string());
    at = error.hint.find(k_in_source, at + folder.string().size());
  }
  for (auto& other : error.also) other = with_documents(std::move(other), data);
  return error;
}

}  // namespace gpupass::cli
