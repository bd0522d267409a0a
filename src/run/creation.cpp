// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/creation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>

#include "gpupass/guest/size.hpp"
#include "gpupass/sys/path.hpp"

namespace gpupass::run {
namespace {

using Words = std::vector<std::string>;

Result<std::optional<int>> count_of(const std::string& text, const char* name) {
  if (text.empty()) return std::nullopt;
  int count = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc() && stop == end) return count;
  return fail(ErrorKind::usage, fmt::format("the argument ('{}') for option '--{}' is invalid", text, name),
              fmt::format("--{} N", name));
}

Result<std::optional<std::uint64_t>> size_of(const std::string& text, const char* name) {
  if (text.empty()) return std::nullopt;
  const auto size = guest::parse_size(text);
  if (!size)
    return fail(ErrorKind::usage, fmt::format("--{} {}: not a size", name, text), "as in 64G or 512M");
  return size;
}

std::string absolute_if_any(const std::string& path) {
  return path.empty() ? path : sys::absolute(path);
}

Words absolute_all(Words paths) {
  std::ranges::transform(paths, paths.begin(), sys::absolute);
  return paths;
}

/// A name of ours, or a file of the user's.
std::string profile_of(const std::string& text) {
  if (text.empty()) return "compute";
  return text.find('/') != std::string::npos || text.ends_with(".xml") ? sys::absolute(text) : text;
}

std::string driver_of(const std::string& text) {
  constexpr std::array<std::string_view, 4> k_words = {"", "distribution", "repository", "none"};
  return std::ranges::find(k_words, text) == k_words.end() ? sys::absolute(text) : text;
}

}  // namespace

Result<void> read_creation(const Creation& creation, CreateRequest& to) {
  GPUPASS_TRY_ASSIGN(to.memory, size_of(creation.memory, "memory"));
  GPUPASS_TRY_ASSIGN(to.disk_size, size_of(creation.disk_size, "disk-size"));
  GPUPASS_TRY_ASSIGN(to.vcpus, count_of(creation.vcpus, "vcpus"));
  to.profile = profile_of(creation.profile);
  to.network = creation.network;
  to.ssh_keys = absolute_all(creation.ssh_keys);
  to.user_data = absolute_if_any(creation.user_data);
  to.packages = creation.packages;
  to.driver = driver_of(creation.driver);
  to.folder = absolute_if_any(creation.folder);
  return {};
}

}  // namespace gpupass::run
